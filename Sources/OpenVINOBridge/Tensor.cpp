// Tensors: own memory, the caller's, a file's.
#include <cstdlib>
#include <cstring>
#include <limits>

#include "Handles.hpp"

namespace bridge {

namespace {

// Gives out the caller's memory. OpenVINO copies allocators and may free and allocate again when a
// shape changes, so the release waits for the last copy and growth is refused beyond `size`.
class CallerMemory {
 public:
  CallerMemory(void *data, size_t size) : owner(std::make_shared<Owner>()), data(data), size(size) {}

  void own(ovb_release release, void *context) {
    owner->release = release;
    owner->context = context;
  }
  void *allocate(size_t bytes, size_t = alignof(std::max_align_t)) {
    if (bytes > size) throw BadArgument("the shape needs more memory than was given");
    return data;
  }
  void deallocate(void *, size_t, size_t = alignof(std::max_align_t)) noexcept {}
  bool is_equal(const CallerMemory &other) const { return owner == other.owner; }

 private:
  struct Owner {
    ovb_release release = nullptr;
    void *context = nullptr;
    ~Owner() {
      if (release) release(context);
    }
  };
  std::shared_ptr<Owner> owner;
  void *data;
  size_t size;
};

ov::Shape extents(const size_t *shape, size_t rank) {
  if (rank > OVB_MAX_RANK) throw BadArgument("a shape of more than 16 axes");
  return rank == 0 ? ov::Shape{} : ov::Shape(shape, shape + rank);
}

// The bytes of a tensor. OpenVINO multiplies extents without looking for an overflow, and would give out less memory
// than the shape says.
size_t bytes_of(const ov::element::Type &type, const ov::Shape &shape) {
  const size_t most = std::numeric_limits<size_t>::max() / 128;
  size_t elements = 1;
  for (const auto extent : shape) {
    if (extent != 0 && elements > most / extent) throw BadArgument("the shape is larger than any memory");
    elements *= extent;
  }
  const size_t bits = type == ov::element::string ? 8 * sizeof(std::string) : type.bitwidth();
  if (bits != 0 && elements > most / bits) throw BadArgument("the shape is larger than any memory");
  return (elements * bits + 7) / 8;
}

// Refuses what could not be allocated before OpenVINO gives the old memory back: it would leave a tensor of the new
// shape on none.
void check_growth(const ovb_tensor &tensor, const ov::Shape &shape) {
  const auto wanted = bytes_of(tensor.tensor.get_element_type(), shape);
  if (tensor.capacity != 0) {
    if (wanted > tensor.capacity) throw BadArgument("the shape needs more memory than was given");
  } else if (wanted > tensor.tensor.get_byte_size()) {
    void *probe = std::malloc(wanted);
    if (!probe) throw std::bad_alloc();
    std::free(probe);
  }
}

void fill_making(ovb_table &table) {
  table.tensor_create = [](const char *type, const size_t *shape, size_t rank, ovb_tensor **out) {
    return guarded([&] {
      const ov::element::Type element{std::string(type)};
      const auto extent = extents(shape, rank);
      bytes_of(element, extent);
      *out = new ovb_tensor{ov::Tensor(element, extent)};
    });
  };
  table.tensor_wrap = [](const char *type, const size_t *shape, size_t rank, void *data, size_t size,
                         ovb_release release, void *context, ovb_tensor **out) {
    return guarded([&] {
      const ov::element::Type element{std::string(type)};
      if (element == ov::element::string) throw BadArgument("strings cannot be wrapped");
      const auto extent = extents(shape, rank);
      if (bytes_of(element, extent) > size) throw BadArgument("the shape needs more memory than was given");
      CallerMemory memory(data, size);
      auto handle = std::make_unique<ovb_tensor>();
      handle->capacity = size;
      handle->tensor = ov::Tensor(element, extent, ov::Allocator(memory));
      memory.own(release, context);
      *out = handle.release();
    });
  };
  table.tensor_map_file = [](const char *path, size_t offset, ovb_tensor **out) {
    return guarded([&] {
      *out = new ovb_tensor{ov::read_tensor_data(std::string(path), ov::element::u8,
                                                 ov::PartialShape::dynamic(1), offset)};
    });
  };
  table.tensor_part = [](const ovb_tensor *tensor, const size_t *begin, const size_t *end, size_t rank,
                         ovb_tensor **out) {
    return guarded([&] {
      *out = new ovb_tensor{ov::Tensor(tensor->tensor, ov::Coordinate(begin, begin + rank),
                                       ov::Coordinate(end, end + rank))};
    });
  };
  table.tensor_release = [](ovb_tensor *tensor) { guarded([&] { delete tensor; }); };
}

void fill_strings(ovb_table &table) {
  table.tensor_set_strings = [](ovb_tensor *tensor, const char *bytes, const size_t *sizes, size_t count) {
    return guarded([&] {
      if (tensor->tensor.get_element_type() != ov::element::string || tensor->tensor.get_size() != count) {
        throw BadArgument("the tensor is not one of so many strings");
      }
      auto *texts = tensor->tensor.data<std::string>();
      for (size_t index = 0; index < count; bytes += sizes[index], ++index) {
        texts[index].assign(bytes, sizes[index]);
      }
    });
  };
  table.tensor_string = [](const ovb_tensor *tensor, size_t index, const char **bytes, size_t *size) {
    return guarded([&] {
      const auto &source = tensor->tensor;
      if (source.get_element_type() != ov::element::string || index >= source.get_size()) {
        throw BadArgument("the tensor has no such string");
      }
      const auto &text = source.data<const std::string>()[index];
      *bytes = text.data();
      *size = text.size();
    });
  };
}

}  // namespace

void fill_tensor(ovb_table &table) {
  fill_making(table);
  fill_strings(table);
  table.tensor_describe = [](const ovb_tensor *tensor, char *type, size_t *shape, size_t *rank,
                             size_t *byte_size, int32_t *contiguous) {
    return guarded([&] {
      const auto &source = tensor->tensor;
      const auto extent = source.get_shape();
      if (extent.size() > OVB_MAX_RANK) throw BadArgument("a tensor of more than 16 axes");
      const auto name = source.get_element_type().get_type_name();
      std::memset(type, 0, 16);
      std::strncpy(type, name.c_str(), 15);
      std::copy(extent.begin(), extent.end(), shape);
      *rank = extent.size();
      *byte_size = source.get_byte_size();
      *contiguous = source.is_continuous();
    });
  };
  table.tensor_data = [](const ovb_tensor *tensor, void **out) {
    return guarded([&] {
      if (tensor->tensor.get_element_type() == ov::element::string) {
        throw BadArgument("a tensor of strings holds no plain bytes");
      }
      *out = const_cast<void *>(static_cast<const void *>(tensor->tensor.data()));
    });
  };
  table.tensor_set_shape = [](ovb_tensor *tensor, const size_t *shape, size_t rank) {
    return guarded([&] {
      const auto extent = extents(shape, rank);
      check_growth(*tensor, extent);
      tensor->tensor.set_shape(extent);
    });
  };
  table.tensor_copy = [](const ovb_tensor *from, ovb_tensor *to) {
    return guarded([&] { from->tensor.copy_to(to->tensor); });
  };
}

}  // namespace bridge
