// palsim explore on the command line, and its page over HTTP.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/support/palsim_home.hpp"

namespace palsim {
namespace {

// A home whose explorer is a page of three lines, its core another file.
class ExplorerHome : public Home {
 public:
  ExplorerHome() {
    folder().write("web/explorer/explorer.html",
                   "<link rel=\"stylesheet\" href=\"explorer.css\">\n"
                   "<script type=\"application/json\" id=\"palsim-data\"></script>\n"
                   "<script src=\"../../build/web/palsim_core.js\"></script>\n");
    folder().write("web/explorer/explorer.css", "body { margin: 0; }\n");
  }
  void build_core() const { folder().write("build/web/palsim_core.js", "palsimCore = 1;\n"); }

  // What the shell prints for it, where `palsim` is the command.
  CommandResult shell(const std::string& line) const {
    return run_command(folder().path(),
                       {"env", "PALSIM_HOME=" + folder().path().string(), "bash", "-c",
                        "palsim() { exec " + quoted(PALSIM_COMMAND) + " \"$@\"; }; " + line});
  }
};

// A port of this machine that is taken while this lives.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, generic, size) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    REQUIRE(::getsockname(socket_, generic, &size) == 0);
    number_ = ntohs(address.sin_port);
  }
  ~TakenPort() { ::close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

  std::string text() const { return std::to_string(number_); }

 private:
  int socket_;
  int number_ = 0;
};

// Starts the server, waits for its line, does `work` in the shell, which knows its $port, and
// interrupts it: what the work printed, then the exit status.
std::string while_served(const std::string& work) {
  return "exec 3< <(palsim explore --port 0 & echo $!; wait $!; echo $?)\n"
         "read -r server <&3; read -r line <&3\n"
         "port=${line#http://127.0.0.1:}; port=${port%%/*}\n" +
         work + "\nkill -INT $server; read -r status <&3; echo \"status $status\"\n";
}

// The answer to a request, as the shell's printf writes it.
std::string served(const std::string& request) {
  return while_served("exec 4<>/dev/tcp/127.0.0.1/$port; printf '" + request + "' >&4; cat <&4");
}

TEST_CASE("what cannot be served or written is said in a line, and nothing is left") {
  const ExplorerHome home;
  CHECK(home.refusal({"explore"}) ==
        fmt::format("'{}': the simulator's core is not built for browsers yet; write ./dev explore "
                    "first",
                    (home.folder().path() / "build/web/palsim_core.js").string()));
  CHECK(home.refusal({"explore", "--out", "page.html"}).ends_with("write ./dev explore first"));
  home.build_core();
  CHECK(home.refusal({"explore", "--port", "65536"}) ==
        "--port 65536: not a port; write a number of 0 to 65535");
  for (const char* port : {"-1", "80a", " 80", "1e3"}) {
    CHECK(home.refusal({"explore", fmt::format("--port={}", port)}).find("not a port") !=
          std::string::npos);
  }
  const TakenPort taken;
  CHECK(home.refusal({"explore", "--port", taken.text()}) ==
        fmt::format("--port {}: another program has it; write another port, or 0 for any that is "
                    "free",
                    taken.text()));
  CHECK(home.refusal({"explore", "--out", "nowhere/page.html"}) ==
        "'nowhere/page.html': cannot be written; write the path of a file in a writable folder");
  CHECK(home.refusal({"explore", "--out", "page.html", "--port", "80"}) ==
        "--out: --port does not go with it; leave it out");
  CHECK(home.refusal({"explore", "small"}) ==
        "palsim explore: 'small': takes no argument; leave it out");
  CHECK(!std::filesystem::exists(home.folder().path() / "page.html"));
  CHECK(!std::filesystem::exists(home.folder().path() / "nowhere"));
}

TEST_CASE("a cluster that cannot be read leaves what was there") {
  const ExplorerHome home;
  home.build_core();
  home.folder().write("topologies/broken.toml", "name = \n");
  home.folder().write("page.html", "before");
  CHECK(home.refusal({"explore", "--out", "page.html"}).find("broken.toml:1:") !=
        std::string::npos);
  CHECK(home.folder().read("page.html") == "before");
}

TEST_CASE("the page is one file with its scripts, its styles and the clusters' facts in it") {
  const ExplorerHome home;
  home.build_core();
  home.folder().write(
      "topologies/wide.toml",
      with(cluster_text, "name = \"small_cluster\"\n", "name = \"wide\"\nnodes = 3\n") +
          "[fabric]\nattach = \"switch\"\nbandwidth = \"25Gbit/s\"\n"
          "latency = \"3us\"\n");
  const CommandResult result = home.run({"explore", "--out", "page.html"});
  CHECK(result.status == 0);
  CHECK(result.out == "page.html\n");
  const std::string page = home.folder().read("page.html");
  CHECK(page.find("palsimCore = 1;") != std::string::npos);
  CHECK(page.find("body { margin: 0; }") != std::string::npos);
  CHECK(page.find("src=") == std::string::npos);
  const std::string opening = "id=\"palsim-data\">";
  const std::size_t begin = page.find(opening) + opening.size();
  const auto data = nlohmann::json::parse(page.substr(begin, page.find('<', begin) - begin));
  CHECK(data["clusters"] == nlohmann::json::parse(R"([
          {"name": "small_cluster", "nodes": 1, "workers_per_node": 2, "fabric": null,
           "device_memory_bytes": 1000000000, "device_is_shared": false, "transport": "ideal"},
          {"name": "wide", "nodes": 3, "workers_per_node": 2,
           "fabric": {"bandwidth_Bps": 3.125e9, "latency_s": 3e-6},
           "device_memory_bytes": 1000000000, "device_is_shared": false, "transport": "ideal"}])"));
}

TEST_CASE("the page is served until Ctrl-C, and nothing else is") {
  const ExplorerHome home;
  home.build_core();
  REQUIRE(home.run({"explore", "--out", "page.html"}).status == 0);
  const std::string page = home.folder().read("page.html");

  const CommandResult found =
      home.shell(served(R"(GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n)"));
  CHECK(found.err == "");
  CHECK(found.out.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(found.out.find("Content-Type: text/html; charset=utf-8\r\n") != std::string::npos);
  CHECK(found.out.ends_with("\r\n\r\n" + page + "status 0\n"));

  const CommandResult head = home.shell(served(R"(HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n)"));
  CHECK(head.out.find("Content-Length: " + std::to_string(page.size()) + "\r\n") !=
        std::string::npos);
  CHECK(head.out.ends_with("\r\n\r\nstatus 0\n"));

  const CommandResult other =
      home.shell(served(R"(GET /etc/passwd HTTP/1.1\r\nConnection: close\r\n\r\n)"));
  CHECK(other.out.starts_with("HTTP/1.1 404 Not Found\r\n"));
  const CommandResult posted =
      home.shell(served(R"(DELETE / HTTP/1.1\r\nConnection: close\r\n\r\n)"));
  CHECK(posted.out.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  const CommandResult sent =
      home.shell(served(R"(POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello)"));
  CHECK(sent.out.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CHECK(sent.out.find("Connection: close\r\n") != std::string::npos);
  CHECK(sent.out.ends_with("\nstatus 0\n"));
  const CommandResult large =
      home.shell(served(R"(POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\nhello)"));
  CHECK(large.out.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  const CommandResult nonsense = home.shell(served(R"(\001\002\r\n\r\n)"));
  CHECK(nonsense.out == "status 0\n");
}

TEST_CASE("too many connections at once are no end: when some have gone, others are taken") {
  const ExplorerHome home;
  home.build_core();
  const CommandResult result = home.shell(while_served(
      "prlimit --pid $server --nofile=16\n"
      "for ((i = 0; i < 30; ++i)); do exec {fd}<>/dev/tcp/127.0.0.1/$port; open+=($fd); done\n"
      "until [[ $(ls /proc/$server/fd | wc -l) -ge 16 ]]; do sleep 0.05; done\n"
      "sleep 0.3\n"
      "for fd in ${open[@]}; do exec {fd}>&-; done\n"
      "exec 4<>/dev/tcp/127.0.0.1/$port\n"
      "printf 'HEAD / HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n' >&4; head -n 1 <&4; "
      "exec 4>&-"));
  CHECK(result.err == "");
  CHECK(result.out == "HTTP/1.1 200 OK\r\nstatus 0\n");
}

TEST_CASE("only this machine is listened to") {
  const ExplorerHome home;
  home.build_core();
  // Linux lists the sockets that listen (state 0A) with their addresses in hexadecimal.
  const CommandResult listed = home.shell(while_served(
      "awk -v port=$(printf %04X $port) '$4 == \"0A\" && $2 ~ \":\" port \"$\" {print $2}' "
      "/proc/net/tcp /proc/net/tcp6 | sed 's/:.*//'"));
  CHECK(listed.out == "0100007F\nstatus 0\n");
}

}  // namespace
}  // namespace palsim
