#!/usr/bin/env python3
"""The figures of palsim_cuda_bench from PyTorch on the same GPU, under the same names.

    python3 pytorch_bench.py [--json FILE]

Medians by events. Bytes are the least that the work must move, as palsim counts them, however often
PyTorch goes over its vectors. A step here finds its batch on the GPU and leaves its loss there;
palsim's copies the one and fetches the other.
"""
import argparse
import functools
import json
import pathlib
import statistics

import torch
from torch import nn

COUNT = 64 << 20  # parameters: 256 MiB, beyond any cache
GPU = torch.device("cuda")
FIGURES = []


def seconds_of(work, least=5):
    """The median of one call, after calls that load kernels and choose algorithms."""
    def times(calls, samples):
        events = [torch.cuda.Event(enable_timing=True) for _ in range(samples + 1)]
        events[0].record()
        for event in events[1:]:
            for _ in range(calls):
                work()
            event.record()
        torch.cuda.synchronize()
        return [1e-3 * a.elapsed_time(b) / calls for a, b in zip(events, events[1:])]

    times(1, 3)
    roughly = max(times(1, 1)[0], 1e-6)
    calls = min(max(round(1e-3 / roughly), 1), 100)
    return statistics.median(times(calls, min(max(round(0.15 / roughly / calls), least), 51)))


def report(block, name, way, seconds, amount, unit):
    """`amount` of the unit in these seconds."""
    rate, unit = amount / seconds, unit + "/s"
    FIGURES.append({"block": block, "name": name, "way": way, "time_ms": 1e3 * seconds,
                    "rate": rate, "unit": unit})
    shown = name + (f", {way}" if way else "")
    print(f"{shown:44} {1e3 * seconds:10.3f} ms {rate:12.1f} {unit}", flush=True)


def flat(name, way, bytes_each, work):
    report("updates", name, way, seconds_of(work), 1e-9 * bytes_each * COUNT, "GB")


def numbers(COUNT):
    return torch.empty(count, device=GPU).uniform_(-1, 1)


def allow(precision):
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


def ceilings():
    for mebibytes in (256, 1024):
        a, b = (numbers(mebibytes << 18) for _ in range(2))
        report("ceilings", f"copy of {mebibytes} MiB", "", seconds_of(lambda: b.copy_(a)),
               8e-9 * a.numel(), "GB")
    for precision in ("fp32", "tf32", "bf16"):
        allow(precision)
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        a, b = (numbers(8192**2).view(8192, 8192).to(dtype) for _ in range(2))
        report("ceilings", f"product, {precision}", "", seconds_of(lambda: torch.mm(a, b)),
               2e-12 * 8192**3, "TFLOP")


def optimizers():
    """A single tensor: no cost of many small ones."""
    adamw = functools.partial(torch.optim.AdamW, lr=1e-4, weight_decay=0.01)
    sgd = functools.partial(torch.optim.SGD, lr=1e-3, weight_decay=1e-4)
    for name, make, bytes_each in (("AdamW", adamw, 28), ("SGD", sgd, 12),
                                   ("SGD with momentum", functools.partial(sgd, momentum=0.9), 20)):
        for way in ("fused", "foreach"):
            x = nn.Parameter(numbers())
            x.grad = numbers()
            try:
                optimizer = make([x], **{way: True})
            except TypeError as error:  # before PyTorch 2.3 SGD is not fused
                print(f"{name}, {way}: left out: {error}")
                continue
            flat(name, way, bytes_each, optimizer.step)


def outer_nesterov(delta, u, global_, x, learning_rate=0.7, momentum=0.9):
    torch._foreach_mul_(u, momentum)
    torch._foreach_add_(u, delta)
    torch._foreach_add_(global_, delta, alpha=-learning_rate)
    torch._foreach_add_(global_, u, alpha=-learning_rate * momentum)
    torch._foreach_copy_(x, global_)


def slow_momentum(u, previous, x, momentum=0.99, inner=0.1, outer=1.0):
    moved = torch._foreach_sub(previous, x)
    torch._foreach_mul_(u, momentum)
    torch._foreach_add_(u, moved, alpha=1 / inner)
    torch._foreach_add_(previous, u, alpha=-outer * inner)
    torch._foreach_copy_(x, previous)


def updates():
    a, b, c, x = ([numbers()] for _ in range(4))
    packed = a[0].to(torch.bfloat16)
    flat("copy", "foreach", 8, lambda: torch._foreach_copy_(x, a))
    flat("scale", "foreach", 8, lambda: torch._foreach_mul_(x, -1.0))
    flat("squared norm", "foreach", 4, lambda: torch._foreach_norm(a))
    flat("mix", "foreach", 12, lambda: torch._foreach_lerp_(x, a, 0.01))
    flat("outer gradient", "foreach", 12, lambda: torch._foreach_sub(a, b))
    flat("outer Nesterov", "foreach", 24, lambda: outer_nesterov(a, b, c, x))
    flat("SlowMo", "foreach", 24, lambda: slow_momentum(a, b, x))
    flat("pack to bf16", "", 6, lambda: x[0].to(torch.bfloat16))
    flat("unpack from bf16", "", 6, lambda: packed.to(torch.float32))
    flat("fill", "", 4, lambda: x[0].fill_(0.5))


def train(name, make, optimizer_of, loss_of, precisions, amount, unit):
    for precision in precisions:
        allow(precision)
        model = make().to(GPU).train()
        optimizer = optimizer_of(model.parameters())

        def step():
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", dtype=torch.bfloat16, enabled=precision == "bf16"):
                loss = loss_of(model)
            loss.backward()
            optimizer.step()

        report("steps", f"{name}, {precision}", "", seconds_of(step, 9), amount, unit)


def gptneo_125m():
    from transformers import GPTNeoConfig, GPTNeoForCausalLM

    # The defaults are the 1.3B model's. No dropout, as in palsim.
    config = GPTNeoConfig(hidden_size=768, num_layers=12, num_heads=12,
                          attention_types=[[["global", "local"], 6]], resid_dropout=0.0,
                          embed_dropout=0.0, attention_dropout=0.0, use_cache=False,
                          attn_implementation="eager")
    tokens = torch.randint(config.vocab_size, (8, 512), device=GPU)
    adamw = functools.partial(torch.optim.AdamW, lr=1e-4, weight_decay=0.01, fused=True)
    train("gptneo_125m, 8 x 512", lambda: GPTNeoForCausalLM(config), adamw,
          lambda model: model(input_ids=tokens, labels=tokens, use_cache=False).loss,
          ("fp32", "tf32", "bf16"), tokens.numel(), "tokens")


def train_on_images(name, make, images, classes, amount, unit):
    targets = torch.randint(classes, (images.shape[0],), device=GPU)
    sgd = functools.partial(torch.optim.SGD, lr=1e-3, momentum=0.9, weight_decay=1e-4, foreach=True)
    train(name, make, sgd, lambda model: nn.functional.cross_entropy(model(images), targets),
          ("fp32", "tf32"), amount, unit)


def resnet50():
    from torchvision import models

    images = torch.randn(64, 3, 224, 224, device=GPU).to(memory_format=torch.channels_last)
    train_on_images("resnet50, 64 x 3x224x224",
                    lambda: models.resnet50(weights=None).to(memory_format=torch.channels_last),
                    images, 1000, 64, "images")


def small_cnn():
    train_on_images("small_cnn, 64 x 3x32x32",
                    lambda: nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
                                          nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                                          nn.Flatten(), nn.Linear(400, 120), nn.ReLU(),
                                          nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
                    torch.randn(64, 3, 32, 32, device=GPU), 10, 1, "steps")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    torch.manual_seed(1)
    gpu = f"{torch.cuda.get_device_name()}; PyTorch {torch.__version__}, CUDA {torch.version.cuda}"
    print(gpu)
    for block in (ceilings, optimizers, updates, gptneo_125m, resnet50, small_cnn):
        try:
            block()
        except ImportError as error:  # torchvision and transformers need not be there
            print(f"{block.__name__}: left out: {error}")
        torch.cuda.empty_cache()
    if options.json:
        text = json.dumps({"gpu": gpu, "figures": FIGURES}, indent=1)
        pathlib.Path(options.json).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
