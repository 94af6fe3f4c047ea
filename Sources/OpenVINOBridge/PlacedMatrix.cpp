#include "PlacedMatrix.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <tuple>

#include "PackedMemory.hpp"
#include "Sharing.hpp"

namespace bridge {

namespace {

size_t bytes_of(oven_number type, size_t count) {
  switch (type) {
    case oven_number_u4:
    case oven_number_i4:
    case oven_number_f4:
    case oven_number_nf4:
      return (count + 1) / 2;
    case oven_number_u8:
    case oven_number_i8:
    case oven_number_e8m0:
      return count;
    case oven_number_f16:
      return 2 * count;
    case oven_number_f32:
      return 4 * count;
    default:
      return 0;
  }
}

const uint8_t *address(const WeightFile &file, int64_t offset, size_t size) {
  if (offset < 0 || static_cast<size_t>(offset) > file.size() || size > file.size() - static_cast<size_t>(offset)) {
    throw std::runtime_error("a weight lies outside of its file");
  }
  return file.data() + offset;
}

// Whether IR has numbers of this type; the others are those of packed matrices.
bool is_stored(oven_number type) { return bytes_of(type, 1) != 0; }

// How many rows are worth a thread's attention.
constexpr size_t packed_together = 16;

// Rewrites a matrix in fewer bytes; false where something would be lost.
bool pack(const oven_matrix &wide, const oven_matrix &packed) {
  std::atomic<bool> is_whole{true};
  share((wide.rows + packed_together - 1) / packed_together, 1, [&](size_t begin, size_t end) {
    const size_t last = std::min(wide.rows, end * packed_together);
    if (!is_whole || oven_linear_pack(&wide, &packed, begin * packed_together, last)) return;
    is_whole = false;
  });
  return is_whole;
}

}  // namespace

oven_matrix PlacedMatrix::in(const WeightFile &file) const {
  if (rows <= 0 || columns <= 0 || group <= 0 || rows > INT32_MAX || columns > INT32_MAX) {
    throw std::runtime_error("a matrix without rows or columns");
  }
  oven_matrix matrix{};
  matrix.code_type = code_type;
  matrix.scale_type = scale_type;
  matrix.zero_type = zero_type;
  matrix.minimum_type = oven_number_none;
  matrix.rows = static_cast<size_t>(rows);
  matrix.columns = static_cast<size_t>(columns);
  matrix.group = static_cast<size_t>(group);
  const bool has_zeros = zero_type != oven_number_none;
  if (!is_stored(code_type) || !is_stored(scale_type) || (has_zeros && !is_stored(zero_type)) ||
      scale_type == oven_number_i8 || !oven_linear_supports(&matrix)) {
    throw std::runtime_error("a matrix of a kind that no kernel computes");
  }
  const size_t count = matrix.rows * matrix.columns, groups = matrix.rows * (matrix.columns / matrix.group);
  matrix.codes = address(file, codes, bytes_of(code_type, count));
  matrix.scales = address(file, scales, bytes_of(scale_type, groups));
  matrix.zeros = has_zeros ? address(file, zeros, bytes_of(zero_type, groups)) : nullptr;
  return matrix;
}

ReadyMatrix::ReadyMatrix(std::shared_ptr<const WeightFile> weights, const PlacedMatrix &placed)
    : file(std::move(weights)), matrix_(placed.in(*file)) {
  oven_matrix packed;
  if (!oven_linear_packing(&matrix_, &packed)) return;
  const size_t size = oven_linear_packed_size(&packed);
  auto place = PackedMemory::take(size);
  if (!place) return;
  oven_linear_place(&packed, place.get());
  if (!pack(matrix_, packed)) return;
  const size_t count = matrix_.rows * matrix_.columns, groups = count / matrix_.group;
  // What is not read any more need not be in memory.
  if (packed.codes != matrix_.codes) file->forget(matrix_.codes, bytes_of(matrix_.code_type, count));
  if (packed.scales != matrix_.scales) file->forget(matrix_.scales, bytes_of(matrix_.scale_type, groups));
  if (packed.zeros != matrix_.zeros) file->forget(matrix_.zeros, bytes_of(matrix_.zero_type, groups));
  memory = std::move(place);
  matrix_ = packed;
}

std::shared_ptr<const ReadyMatrix> ready_matrix(const std::shared_ptr<const WeightFile> &file,
                                                const PlacedMatrix &placed) {
  struct Registry {
    std::mutex mutex;
    std::map<std::tuple<const WeightFile *, int64_t, int64_t, int64_t, int64_t>, std::weak_ptr<const ReadyMatrix>>
        matrices;
  };
  // Never destroyed: threads of the runtime may outlive the end of main.
  static Registry *const registry = new Registry;
  // What has the same codes and as many of them, in groups of the same length, is the same matrix.
  const std::tuple key{file.get(), placed.codes, placed.rows, placed.columns, placed.group};
  const auto known = [&] {
    const std::lock_guard<std::mutex> lock(registry->mutex);
    return registry->matrices[key].lock();
  }();
  if (known) return known;
  // Not under the lock: other threads take part in this.
  auto matrix = std::make_shared<const ReadyMatrix>(file, placed);
  const std::lock_guard<std::mutex> lock(registry->mutex);
  auto &kept = registry->matrices[key];
  if (auto other = kept.lock()) return other;
  kept = matrix;
  return matrix;
}

}  // namespace bridge
