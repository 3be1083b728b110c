#include "real/cuda/groups/nccl_group.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "real/comm/combination.hpp"
#include "real/cuda/check.hpp"
#include "real/cuda/context.hpp"
#include "real/cuda/groups/nccl_library.hpp"
#include "real/cuda/stream.hpp"
#include "real/cuda/vectors/wire.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

// Rank 0's, told to all byte by byte: a group adds numbers.
ncclUniqueId shared_id(Group& host) {
  ncclUniqueId id{};
  if (host.rank() == 0) check(nccl().get_unique_id(&id), "meeting for NCCL");
  std::vector<double> bytes(std::begin(id.internal), std::end(id.internal));
  if (host.rank() != 0) std::fill(bytes.begin(), bytes.end(), 0.0);
  host.sum(bytes);
  std::transform(bytes.begin(), bytes.end(), std::begin(id.internal),
                 [](double byte) { return static_cast<char>(byte); });
  return id;
}

class NcclGroup final : public Group {
 public:
  NcclGroup(std::unique_ptr<Group> host, int gpu)
      : host_(std::move(host)), gpu_(gpu), stream_(on_gpu()), scratch_(stream_.get()) {
    context_.stream = stream_.get();
    context_.scratch = &scratch_;
    const ncclUniqueId id = shared_id(*host_);
    check(nccl().comm_init_rank(&communicator_, static_cast<int>(workers()), id,
                                static_cast<int>(rank())),
          "starting NCCL");
  }
  // At once: the workers have met since the last exchange, or something failed.
  ~NcclGroup() override { nccl().comm_abort(communicator_); }

  Rank rank() const override { return host_->rank(); }
  Rank workers() const override { return host_->workers(); }
  Signals meet(Signals said) override { return host_->meet(said); }
  void sum(std::span<double> values) override { host_->sum(values); }

  void all_reduce_mean(std::span<float> values, WireType wire) override {
    require_real(wire);
    if (wire == WireType::bf16) {
      const auto count = static_cast<std::int64_t>(values.size());
      choose_gpu();
      auto* packed = scratch_.take<Bf16>(count);
      begin();
      pack(context_, count, values.data(), packed);
      check(nccl().all_reduce(packed, packed, values.size(), ncclBfloat16, ncclSum, communicator_,
                              stream_.get()),
            "an all-reduce");
      // NCCL's own average multiplies by 1 / K rounded to bf16.
      unpack(context_, count, packed, values.data(), 1 / static_cast<float>(workers()));
    } else {
      begin();
      check(nccl().all_reduce(values.data(), values.data(), values.size(), ncclFloat, ncclAvg,
                              communicator_, stream_.get()),
            "an all-reduce");
    }
    stream_.synchronize();
  }

  void broadcast(std::span<float> values, Rank root) override {
    begin();
    check(nccl().broadcast(values.data(), values.data(), values.size(), ncclFloat,
                           static_cast<int>(root), communicator_, stream_.get()),
          "a broadcast");
    stream_.synchronize();
  }

  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<NcclGroup>(host_->duplicate(), gpu_);
  }
  void abort() noexcept override { host_->abort(); }

 private:
  // For the calling thread, which need not be the one that made the group.
  void choose_gpu() const { check(cudaSetDevice(gpu_), "choosing a GPU"); }
  Stream on_gpu() const {
    choose_gpu();
    return Stream();
  }

  // All have come, and have what they need, before any of them waits in NCCL, where nobody would
  // hear that another worker gave up.
  void begin() {
    choose_gpu();
    host_->meet();
  }

  std::unique_ptr<Group> host_;
  int gpu_;
  Stream stream_;
  Scratch scratch_;
  Context context_;
  ncclComm_t communicator_ = nullptr;
};

}  // namespace

std::unique_ptr<Group> nccl_group(Group& host, int gpu) {
  return std::make_unique<NcclGroup>(host.duplicate(), gpu);
}

std::string nccl_version() {
  int number = 0;
  try {
    check(nccl().get_version(&number), "asking for NCCL's version");
  } catch (const InputError&) {
    return "no NCCL";
  }
  return fmt::format("NCCL {}.{}.{}", number / 10000, number % 10000 / 100, number % 100);
}

}  // namespace palsim::cuda
