#include "PackedMemory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <mutex>

namespace bridge {

namespace {

constexpr size_t large_page = size_t{1} << 21, smallest_block = 16 * large_page, alignment = 64;

struct Block {
  explicit Block(size_t wanted) {
    const size_t length = (wanted + large_page - 1) / large_page * large_page;
    void *address = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return;
    madvise(address, length, MADV_HUGEPAGE);
    memory = static_cast<char *>(address);
    size = length;
  }
  ~Block() {
    if (memory) munmap(memory, size);
  }
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;

  char *memory = nullptr;
  size_t size = 0, used = 0;
};

}  // namespace

std::shared_ptr<void> PackedMemory::take(size_t size) {
  struct Current {
    std::mutex mutex;
    std::weak_ptr<Block> block;
  };
  // Never destroyed: threads of the runtime may outlive the end of main.
  static Current *const current = new Current;
  const std::lock_guard<std::mutex> lock(current->mutex);
  auto block = current->block.lock();
  if (!block || block->size - block->used < size) {
    block = std::make_shared<Block>(std::max(size, smallest_block));
    if (!block->memory) return nullptr;
    current->block = block;
  }
  void *place = block->memory + block->used;
  block->used = std::min(block->size, (block->used + size + alignment - 1) / alignment * alignment);
  return std::shared_ptr<void>(block, place);
}

}  // namespace bridge
