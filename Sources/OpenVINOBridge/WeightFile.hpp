// Weights that operations of ours read where a file has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bridge {

// A mapped file. The pages are the page cache's, shared by all processes.
class WeightFile {
 public:
  explicit WeightFile(const std::string &path);
  ~WeightFile();
  WeightFile(const WeightFile &) = delete;
  WeightFile &operator=(const WeightFile &) = delete;

  const uint8_t *data() const { return data_; }
  size_t size() const { return size_; }

  // Lets go of the pages that lie wholly within a part of the file; they come back when somebody reads them.
  void forget(const void *part, size_t length) const;

 private:
  const uint8_t *data_ = nullptr;
  size_t size_ = 0;
};

// Maps a file under the name by which operations ask for it: the sum of the model that it belongs to. It stays mapped
// as long as the process lives, since compiled models may, unless it is withdrawn.
std::shared_ptr<const WeightFile> provide_weights(const std::string &identity, const std::string &path);
void withdraw_weights(const std::string &identity) noexcept;

// The file of a name; throws where none was provided.
std::shared_ptr<const WeightFile> weights_of(const std::string &identity);

}  // namespace bridge
