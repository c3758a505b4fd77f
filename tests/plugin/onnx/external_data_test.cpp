// The fence around a model's folder.
#include "plugin/onnx/external_data.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "plugin/onnx/graph_reader.hpp"
#include "tests/plugin/onnx/message.hpp"

using namespace ramus;
using namespace ramus::testing;
namespace fs = std::filesystem;
namespace wire = ramus::onnx_wire;

namespace {

// FOLDER/outside.bin, FOLDER/model/weights.bin, FOLDER/model/deep/w.bin and links; gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "ramus_external_XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    fs::create_directories(base() / "deep");
    write(root_ / "outside.bin", std::string(8, 'o'));
    write(base() / "weights.bin", "0123456789");
    write(base() / "deep/w.bin", "abcd");
    fs::create_symlink(root_ / "outside.bin", base() / "link_out");
    fs::create_symlink("weights.bin", base() / "link_in");
    fs::create_directory_symlink(root_, base() / "folder_out");
    REQUIRE(::mkfifo((base() / "pipe").c_str(), 0600) == 0);
  }
  ~Folder() { fs::remove_all(root_); }
  fs::path base() const { return root_ / "model"; }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

 private:
  fs::path root_;
};

std::string find(const ExternalData& data, ExternalReference reference, std::uint64_t needed) {
  const auto found = data.find(reference, needed);
  if (!found) return "error: " + found.error().message;
  if (!*found) return "missing";
  return {reinterpret_cast<const char*>((*found)->data()), (*found)->size()};
}

}  // namespace

TEST_CASE("what lies in the folder is found, by offset and length") {
  const Folder folder;
  const ExternalData data(folder.base().string());
  CHECK(find(data, {"weights.bin", "2", "3"}, 3) == "234");
  CHECK(find(data, {"weights.bin", {}, {}}, 10) == "0123456789");
  CHECK(find(data, {"weights.bin", "6", {}}, 4) == "6789");
  CHECK(find(data, {"deep/w.bin", {}, "4"}, 4) == "abcd");
  CHECK(find(data, {"./deep/w.bin", {}, {}}, 4) == "abcd");
  CHECK(find(data, {"link_in", {}, {}}, 1) == "0");
  CHECK(find(data, {"nowhere.bin", {}, {}}, 1) == "missing");
  CHECK(find(data, {"weights.bin/x", {}, {}}, 1) == "missing");
  CHECK(data.explain_missing({"nowhere.bin", {}, {}}) ==
        "external data 'nowhere.bin' is not there; put the file into '" + folder.base().string() + "'");
}

TEST_CASE("what leaves the folder is refused") {
  const Folder folder;
  const ExternalData data(folder.base().string());
  const auto refused = [&](const std::string& location, const char* why) {
    CAPTURE(location);
    CHECK(find(data, {location, {}, {}}, 1).find(why) != std::string::npos);
  };
  refused("", "without a location");
  refused("../outside.bin", "leaves the model's folder");
  refused("deep/../../outside.bin", "leaves the model's folder");
  refused("/etc/passwd", "absolute path");
  refused("C:/w.bin", "names a drive");
  refused("deep\\w.bin", "backslash");
  refused(std::string("weights.bin\0x", 13), "zero byte");
  refused("link_out", "is a link that leaves the model's folder");
  refused("folder_out/outside.bin", "is a link that leaves the model's folder");
  refused("deep", "is a directory");
  refused(".", "is a directory");
  refused("pipe", "is not a regular file");
}

TEST_CASE("offset and length stay inside the file and agree with what is needed") {
  const Folder folder;
  const ExternalData data(folder.base().string());
  const auto error = [&](const char* offset, const char* length, std::uint64_t needed) {
    return find(data, {"weights.bin", offset, length}, needed);
  };
  CHECK(error("8", "3", 3).find("bytes 8 and 3 more are wanted, but the file has 10") != std::string::npos);
  CHECK(error("18446744073709551615", "1", 1).find("the file has 10") != std::string::npos);
  CHECK(error("18446744073709551616", "1", 1).find("is not a count of bytes") != std::string::npos);
  CHECK(error("-1", "1", 1).find("its offset '-1' is not a count of bytes") != std::string::npos);
  CHECK(error("abc", "1", 1).find("its offset 'abc' is not a count of bytes") != std::string::npos);
  CHECK(error("", "1", 1).find("its offset '' is not a count of bytes") != std::string::npos);
  CHECK(error("0", "1e3", 1).find("its length '1e3' is not a count of bytes") != std::string::npos);
  CHECK(error("0", "4", 5).find("its length is 4 bytes, but the dims and type need 5") != std::string::npos);
}

TEST_CASE("a model finds its weights beside itself, and one from memory has no place to look") {
  const Folder folder;
  Message tensor = tensor_message("W", ElementType::uint8, {3});
  tensor.message(wire::tensor::external_data, entry_message("location", "weights.bin"));
  tensor.message(wire::tensor::external_data, entry_message("offset", "4"));
  tensor.varint(wire::tensor::data_location, wire::tensor::kExternal);
  Message graph = relu_graph();
  const Message bytes = model_message(graph.message(wire::graph::initializer, tensor));
  const fs::path path = folder.base() / "net.onnx";
  Folder::write(path, bytes.text());

  const auto model = WireModel::open(path.string());
  REQUIRE(model.has_value());
  const auto read = read_graph(**model);
  REQUIRE_MESSAGE(read.has_value(), read.error().message);
  CHECK(*read->graph.weights()[0].decode_float() == std::vector<float>{'4', '5', '6'});

  const auto detached = WireModel::from_memory(bytes.span(), "");
  REQUIRE(detached.has_value());
  CHECK(read_graph(**detached).error().message ==
        "model: weight 'W': external data 'weights.bin': a model from memory has no folder to look in; open it by its "
        "path");
  ReadOptions options;
  options.missing_external_data_is_fine = true;
  const auto without = read_graph(**detached, options);
  REQUIRE(without.has_value());
  CHECK(without->notes.at(0).code == "external-data-missing");
  CHECK(without->graph.weights()[0].storage == WeightStorage::absent);
}
