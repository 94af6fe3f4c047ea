#include "WeightFile.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

namespace bridge {

namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const WeightFile>> files;
};

Registry &registry() {
  // Never destroyed: threads of the runtime may outlive the end of main.
  static Registry *const only = new Registry;
  return *only;
}

}  // namespace

WeightFile::WeightFile(const std::string &path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
  struct stat status;
  void *address = MAP_FAILED;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    size_ = static_cast<size_t>(status.st_size);
    address = mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
  }
  const int error = errno;
  close(file);
  if (address == MAP_FAILED) throw std::runtime_error(path + " cannot be mapped: " + std::strerror(error));
  // Where the file system keeps large pages, they spare the processor half of its searches for addresses.
  madvise(address, size_, MADV_HUGEPAGE);
  madvise(address, size_, MADV_WILLNEED);
  data_ = static_cast<const uint8_t *>(address);
}

WeightFile::~WeightFile() { munmap(const_cast<uint8_t *>(data_), size_); }

void WeightFile::forget(const void *part, size_t length) const {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t start = reinterpret_cast<uintptr_t>(part), end = start + length;
  const uintptr_t first = (start + page - 1) / page * page, last = end / page * page;
  if (first < last) madvise(reinterpret_cast<void *>(first), last - first, MADV_DONTNEED);
}

std::shared_ptr<const WeightFile> provide_weights(const std::string &identity, const std::string &path) {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  auto &file = registry().files[identity];
  if (!file) file = std::make_shared<const WeightFile>(path);
  return file;
}

void withdraw_weights(const std::string &identity) noexcept {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  registry().files.erase(identity);
}

std::shared_ptr<const WeightFile> weights_of(const std::string &identity) {
  const std::lock_guard<std::mutex> lock(registry().mutex);
  const auto found = registry().files.find(identity);
  if (found == registry().files.end() || !found->second) {
    throw std::runtime_error("the weights of model " + identity + " were not provided");
  }
  return found->second;
}

}  // namespace bridge
