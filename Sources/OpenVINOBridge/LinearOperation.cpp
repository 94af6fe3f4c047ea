#include "LinearOperation.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>

// An OpenVINO that was built without TBB has other threads, which nothing shows us: then one has to do.
#if __has_include(<tbb/parallel_for.h>)
#define OVEN_HAS_TBB 1
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#pragma clang diagnostic pop
#else
#define OVEN_HAS_TBB 0
#endif

namespace bridge {

namespace {

// The numbers of a PlacedMatrix among an operation's attributes.
constexpr size_t fields = 9;

size_t bytes_of(oven_number type, size_t count) {
  switch (type) {
    case oven_number_u4:
    case oven_number_i4:
      return (count + 1) / 2;
    case oven_number_u8:
    case oven_number_i8:
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

// Working memory that a thread keeps, aligned to 64 bytes.
class Room {
 public:
  ~Room() { std::free(memory); }
  void *of(size_t size) {
    if (size > capacity) {
      std::free(memory);
      capacity = (size + 4095) / 4096 * 4096;
      memory = std::aligned_alloc(64, capacity);
      if (!memory) {
        capacity = 0;
        throw std::bad_alloc();
      }
    }
    return memory;
  }

 private:
  void *memory = nullptr;
  size_t capacity = 0;
};

thread_local Room scratch_room, prepared_room, second_room;

// Runs body(begin, end) on parts of 0..<count, by the threads of the arena that the caller is in: the plugin's, so that
// no two pools fight for cores. Whoever is ready takes the next part, so that slow cores get less; a part is of
// `smallest` at least.
template <typename Body>
void share(size_t count, size_t smallest, const Body &body) {
#if OVEN_HAS_TBB
  const auto threads = static_cast<size_t>(tbb::this_task_arena::max_concurrency());
  const size_t parts = std::min(count / std::max<size_t>(smallest, 1), threads * 8);
  if (threads <= 1 || parts <= 1) return body(0, count);
  std::atomic<size_t> next{0};
  const auto work = [&](const tbb::blocked_range<size_t> &) {
    for (size_t i = next++; i < parts; i = next++) body(count * i / parts, count * (i + 1) / parts);
  };
  const size_t workers = std::min(threads, parts);
  tbb::parallel_for(tbb::blocked_range<size_t>(0, workers, 1), work, tbb::static_partitioner());
#else
  static_cast<void>(smallest);
  body(0, count);
#endif
}

// Rows of a matrix that stay together. Unpacking serves many rows of numbers best in larger pieces.
size_t rows_together(size_t count) { return count < OVEN_LINEAR_MANY_ROWS ? OVEN_LINEAR_ROWS : 4 * OVEN_LINEAR_ROWS; }

// How many times so many rows make a part that is worth a thread's attention: 32 KB of codes.
size_t smallest_part(const oven_matrix &matrix, size_t rows) {
  const size_t bits = matrix.code_type == oven_number_u4 || matrix.code_type == oven_number_i4 ? 4 : 8;
  return (size_t{1} << 15) / std::max<size_t>(matrix.columns * bits / 8 * rows, 1);
}

struct Rows {
  const float *x;
  const void *prepared;
  size_t count;
};

void multiply(const oven_matrix &matrix, const Rows &rows, size_t begin, size_t end, float *y) {
  void *scratch = scratch_room.of(oven_linear_scratch_size(&matrix, rows.count));
  if (rows.prepared) {
    oven_linear_multiply(&matrix, rows.prepared, rows.count, begin, end, y, matrix.rows, scratch);
  } else {
    oven_linear_multiply_exactly(&matrix, rows.x, rows.count, begin, end, y, matrix.rows, scratch);
  }
}

// All matrices' rows one after the other, shared among the threads.
void multiply_all(const std::vector<oven_matrix> &matrices, const Rows &rows, const std::vector<float *> &outputs) {
  const size_t together = rows_together(rows.count);
  const auto pieces = [&](const oven_matrix &matrix) { return (matrix.rows + together - 1) / together; };
  size_t total = 0;
  for (const auto &matrix : matrices) total += pieces(matrix);
  share(total, smallest_part(matrices.front(), together), [&](size_t begin, size_t end) {
    size_t first = 0;
    for (size_t i = 0; i < matrices.size(); i++) {
      const size_t from = std::max(begin, first), to = std::min(end, first + pieces(matrices[i]));
      if (from < to) {
        multiply(matrices[i], rows, (from - first) * together,
                 std::min(matrices[i].rows, (to - first) * together), outputs[i]);
      }
      first += pieces(matrices[i]);
    }
  });
}

void multiply_gated(const oven_matrix &gate, const oven_matrix &up, const Rows &rows, float *y) {
  auto *second = static_cast<float *>(second_room.of(rows.count * up.rows * sizeof(float)));
  const size_t together = rows_together(rows.count);
  share((gate.rows + together - 1) / together, smallest_part(gate, together), [&](size_t first, size_t last) {
    const size_t begin = first * together, end = std::min(gate.rows, last * together);
    multiply(gate, rows, begin, end, y);
    multiply(up, rows, begin, end, second);
    oven_linear_gate(y, second, rows.count, begin, end, gate.rows);
  });
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
  matrix.rows = static_cast<size_t>(rows);
  matrix.columns = static_cast<size_t>(columns);
  matrix.group = static_cast<size_t>(group);
  if (!oven_linear_supports(&matrix)) throw std::runtime_error("a matrix of a kind that no kernel computes");
  const size_t count = matrix.rows * matrix.columns, groups = matrix.rows * (matrix.columns / matrix.group);
  matrix.codes = address(file, codes, bytes_of(code_type, count));
  matrix.scales = address(file, scales, bytes_of(scale_type, groups));
  matrix.zeros = zero_type == oven_number_none ? nullptr : address(file, zeros, bytes_of(zero_type, groups));
  return matrix;
}

PlacedOperation::PlacedOperation(const ov::Output<ov::Node> &input, std::string weights,
                                 std::vector<PlacedMatrix> matrices)
    : Op({input}), weights(std::move(weights)), placed(std::move(matrices)) {}

bool PlacedOperation::visit_attributes(ov::AttributeVisitor &visitor) {
  std::vector<int64_t> numbers;
  for (const auto &m : placed) {
    numbers.insert(numbers.end(), {m.code_type, m.scale_type, m.zero_type, m.codes, m.scales, m.zeros, m.rows,
                                   m.columns, m.group});
  }
  visitor.on_attribute("weights", weights);
  visitor.on_attribute("matrices", numbers);
  if (numbers.size() % fields != 0) throw std::runtime_error("matrices with numbers missing");
  placed.clear();
  const auto number = [](int64_t value) {
    return value < 0 || value > oven_number_none ? oven_number_none : static_cast<oven_number>(value);
  };
  for (size_t i = 0; i < numbers.size(); i += fields) {
    const int64_t *n = &numbers[i];
    placed.push_back({number(n[0]), number(n[1]), number(n[2]), n[3], n[4], n[5], n[6], n[7], n[8]});
  }
  return true;
}

void PlacedOperation::bind() {
  if (file && matrices.size() == placed.size()) return;
  if (placed.empty()) throw std::runtime_error("an operation without matrices");
  file = weights_of(weights);
  matrices.clear();
  for (const auto &matrix : placed) matrices.push_back(matrix.in(*file));
}

Linear::Linear(const ov::Output<ov::Node> &x, std::string weights, std::vector<PlacedMatrix> matrices, bool gated,
               bool exact)
    : PlacedOperation(x, std::move(weights), std::move(matrices)), gated(gated), exact(exact) {
  constructor_validate_and_infer_types();
}

bool Linear::visit_attributes(ov::AttributeVisitor &visitor) {
  visitor.on_attribute("gated", gated);
  visitor.on_attribute("exact", exact);
  return PlacedOperation::visit_attributes(visitor);
}

void Linear::validate_and_infer_types() {
  bind();
  auto shape = get_input_partial_shape(0);
  const auto &first = matrices.front();
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 0, "x has no known rank");
  auto &columns = shape[shape.size() - 1];
  for (const auto &matrix : matrices) {
    NODE_VALIDATION_CHECK(this, oven_linear_same_preparation(&first, &matrix), "matrices of different kinds");
  }
  NODE_VALIDATION_CHECK(this, columns.compatible(static_cast<int64_t>(first.columns)), "x has another width");
  NODE_VALIDATION_CHECK(this, !gated || (matrices.size() == 2 && first.rows == matrices[1].rows), "no pair to gate");
  set_output_size(gated ? 1 : matrices.size());
  for (size_t i = 0; i < get_output_size(); i++) {
    columns = static_cast<int64_t>(matrices[i].rows);
    set_output_type(i, ov::element::f32, shape);
  }
}

std::shared_ptr<ov::Node> Linear::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Linear>(inputs.at(0), weights, placed, gated, exact);
}

bool Linear::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  auto shape = inputs.at(0).get_shape();
  const auto &first = matrices.front();
  if (inputs[0].get_element_type() != ov::element::f32 || shape.empty() || shape.back() != first.columns) return false;
  Rows rows{inputs[0].data<const float>(), nullptr, ov::shape_size(shape) / first.columns};
  std::vector<float *> targets;
  for (size_t i = 0; i < outputs.size(); i++) {
    shape.back() = matrices[i].rows;
    outputs[i].set_shape(shape);
    targets.push_back(outputs[i].data<float>());
  }
  if (rows.count == 0) return true;
  if (!exact) {
    void *prepared = prepared_room.of(oven_linear_prepared_size(&first, rows.count));
    const size_t together = rows.count < OVEN_LINEAR_MANY_ROWS ? 1 : OVEN_LINEAR_ROWS;
    const auto prepare = [&](size_t begin, size_t end) {
      oven_linear_prepare(&first, rows.x, rows.count, begin * together, std::min(rows.count, end * together), prepared);
    };
    share((rows.count + together - 1) / together, (size_t{1} << 15) / first.columns / together, prepare);
    rows.prepared = prepared;
  }
  if (gated) {
    multiply_gated(matrices[0], matrices[1], rows, targets[0]);
  } else {
    multiply_all(matrices, rows, targets);
  }
  return true;
}

Embedding::Embedding(const ov::Output<ov::Node> &ids, std::string weights, PlacedMatrix matrix)
    : PlacedOperation(ids, std::move(weights), {matrix}) {
  constructor_validate_and_infer_types();
}

void Embedding::validate_and_infer_types() {
  bind();
  auto shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static(), "ids have no known rank");
  shape.push_back(static_cast<int64_t>(matrices.front().columns));
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Embedding::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Embedding>(inputs.at(0), weights, placed.front());
}

bool Embedding::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto &ids = inputs.at(0);
  const auto &matrix = matrices.front();
  auto shape = ids.get_shape();
  const size_t count = ov::shape_size(shape);
  shape.push_back(matrix.columns);
  outputs.at(0).set_shape(shape);
  auto *out = outputs[0].data<float>();
  const bool is_long = ids.get_element_type() == ov::element::i64;
  if (!is_long && ids.get_element_type() != ov::element::i32) return false;
  for (size_t i = 0; i < count; i++) {
    int64_t id = is_long ? ids.data<const int64_t>()[i] : ids.data<const int32_t>()[i];
    // As Gather counts: from the end, and zeros beyond.
    if (id < 0) id += static_cast<int64_t>(matrix.rows);
    float *row = out + i * matrix.columns;
    if (id < 0 || static_cast<size_t>(id) >= matrix.rows) {
      std::fill(row, row + matrix.columns, 0.0f);
    } else {
      oven_linear_decode_row(&matrix, static_cast<size_t>(id), row);
    }
  }
  return true;
}

}  // namespace bridge
