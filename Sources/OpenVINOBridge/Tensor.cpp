// Tensors: own memory, the caller's, a file's.
#include <cstring>

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

void fill_making(ovb_table &table) {
  table.tensor_create = [](const char *type, const size_t *shape, size_t rank, ovb_tensor **out) {
    return guarded([&] {
      *out = new ovb_tensor{ov::Tensor(ov::element::Type(std::string(type)), extents(shape, rank))};
    });
  };
  table.tensor_wrap = [](const char *type, const size_t *shape, size_t rank, void *data, size_t size,
                         ovb_release release, void *context, ovb_tensor **out) {
    return guarded([&] {
      const ov::element::Type element{std::string(type)};
      if (element == ov::element::string) throw BadArgument("strings cannot be wrapped");
      CallerMemory memory(data, size);
      auto handle = std::make_unique<ovb_tensor>();
      handle->tensor = ov::Tensor(element, extents(shape, rank), ov::Allocator(memory));
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
    return guarded([&] { *out = const_cast<void *>(static_cast<const void *>(tensor->tensor.data())); });
  };
  table.tensor_set_shape = [](ovb_tensor *tensor, const size_t *shape, size_t rank) {
    return guarded([&] { tensor->tensor.set_shape(extents(shape, rank)); });
  };
  table.tensor_copy = [](const ovb_tensor *from, ovb_tensor *to) {
    return guarded([&] { from->tensor.copy_to(to->tensor); });
  };
}

}  // namespace bridge
