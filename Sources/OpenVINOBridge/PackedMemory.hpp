// Memory for packed weights, on large pages where the system has them.
#pragma once

#include <cstddef>
#include <memory>

namespace bridge {

class PackedMemory {
 public:
  // So many bytes, aligned to 64; null where there are none. Many small pieces share a block, which lives as long as any
  // of them.
  static std::shared_ptr<void> take(size_t size);
};

}  // namespace bridge
