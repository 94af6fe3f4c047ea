#include "LinearOperation.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "Sharing.hpp"

namespace bridge {

namespace {

// The numbers of a PlacedMatrix among an operation's attributes.
constexpr size_t fields = 9;

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

// Rows of a matrix that stay together. Unpacking serves many rows of numbers best in larger pieces.
size_t rows_together(size_t count) { return count < OVEN_LINEAR_MANY_ROWS ? OVEN_LINEAR_ROWS : 4 * OVEN_LINEAR_ROWS; }

// How many times so many rows make a part that is worth a thread's attention: 32 KB of codes.
size_t smallest_part(const oven_matrix &matrix, size_t rows) {
  const size_t bits = matrix.code_type == oven_number_u8 || matrix.code_type == oven_number_i8 ? 8 : 4;
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

// A product and where it goes.
struct Task {
  const oven_matrix *matrix;
  float *output;
};

// All matrices' rows one after the other, shared among the threads.
void multiply_all(const std::vector<Task> &tasks, const Rows &rows) {
  const size_t together = rows_together(rows.count);
  const auto pieces = [&](const Task &task) { return (task.matrix->rows + together - 1) / together; };
  size_t total = 0;
  for (const auto &task : tasks) total += pieces(task);
  share(total, smallest_part(*tasks.front().matrix, together), [&](size_t begin, size_t end) {
    size_t first = 0;
    for (const auto &task : tasks) {
      const size_t from = std::max(begin, first), to = std::min(end, first + pieces(task));
      if (from < to) {
        multiply(*task.matrix, rows, (from - first) * together, std::min(task.matrix->rows, (to - first) * together),
                 task.output);
      }
      first += pieces(task);
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

PlacedOperation::PlacedOperation(const ov::OutputVector &inputs, std::string weights,
                                 std::vector<PlacedMatrix> matrices)
    : Op(inputs), attributes(std::make_shared<Attributes>(Attributes{std::move(weights), std::move(matrices)})) {}

PlacedOperation::PlacedOperation(const ov::OutputVector &inputs, const PlacedOperation &other)
    : Op(inputs), attributes(other.attributes), bound(other.bound) {}

bool PlacedOperation::visit_attributes(ov::AttributeVisitor &visitor) {
  std::vector<int64_t> numbers;
  auto weights = attributes->weights;
  for (const auto &m : attributes->placed) {
    numbers.insert(numbers.end(), {m.code_type, m.scale_type, m.zero_type, m.codes, m.scales, m.zeros, m.rows,
                                   m.columns, m.group});
  }
  visitor.on_attribute("weights", weights);
  visitor.on_attribute("matrices", numbers);
  if (numbers.size() % fields != 0) throw std::runtime_error("matrices with numbers missing");
  const auto number = [](int64_t value) {
    return value < 0 || value > oven_number_e8m0 ? oven_number_none : static_cast<oven_number>(value);
  };
  std::vector<PlacedMatrix> placed;
  for (size_t i = 0; i < numbers.size(); i += fields) {
    const int64_t *n = &numbers[i];
    placed.push_back({number(n[0]), number(n[1]), number(n[2]), n[3], n[4], n[5], n[6], n[7], n[8]});
  }
  attributes = std::make_shared<Attributes>(Attributes{std::move(weights), std::move(placed)});
  return true;
}

void PlacedOperation::bind() {
  if (bound) return;
  if (attributes->placed.empty()) throw std::runtime_error("an operation without matrices");
  const auto file = weights_of(attributes->weights);
  Matrices matrices;
  for (const auto &placed : attributes->placed) matrices.push_back(ready_matrix(file, placed));
  bound = std::make_shared<const Matrices>(std::move(matrices));
}

Linear::Linear(const ov::Output<ov::Node> &x, std::string weights, std::vector<PlacedMatrix> matrices, bool gated,
               bool exact)
    : PlacedOperation({x}, std::move(weights), std::move(matrices)), gated(gated), exact(exact) {
  constructor_validate_and_infer_types();
}

Linear::Linear(const ov::OutputVector &inputs, const Linear &other)
    : PlacedOperation(inputs, other), gated(other.gated), exact(other.exact) {
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
  const auto &first = matrix(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 0, "x has no known rank");
  auto &columns = shape[shape.size() - 1];
  for (size_t i = 1; i < matrix_count(); i++) {
    NODE_VALIDATION_CHECK(this, oven_linear_same_preparation(&first, &matrix(i)), "matrices of different kinds");
  }
  NODE_VALIDATION_CHECK(this, columns.compatible(static_cast<int64_t>(first.columns)), "x has another width");
  NODE_VALIDATION_CHECK(this, !gated || (matrix_count() == 2 && first.rows == matrix(1).rows), "no pair to gate");
  set_output_size(gated ? 1 : matrix_count());
  for (size_t i = 0; i < get_output_size(); i++) {
    columns = static_cast<int64_t>(matrix(i).rows);
    set_output_type(i, ov::element::f32, shape);
  }
}

std::shared_ptr<ov::Node> Linear::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Linear>(inputs, *this);
}

bool Linear::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  auto shape = inputs.at(0).get_shape();
  const auto &first = matrix(0);
  if (inputs[0].get_element_type() != ov::element::f32 || shape.empty() || shape.back() != first.columns) return false;
  Rows rows{inputs[0].data<const float>(), nullptr, ov::shape_size(shape) / first.columns};
  std::vector<Task> tasks;
  for (size_t i = 0; i < outputs.size(); i++) {
    shape.back() = matrix(i).rows;
    outputs[i].set_shape(shape);
    tasks.push_back({&matrix(i), outputs[i].data<float>()});
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
    multiply_gated(first, matrix(1), rows, tasks[0].output);
  } else {
    multiply_all(tasks, rows);
  }
  return true;
}

Embedding::Embedding(const ov::Output<ov::Node> &ids, std::string weights, PlacedMatrix matrix)
    : PlacedOperation({ids}, std::move(weights), {matrix}) {
  constructor_validate_and_infer_types();
}

Embedding::Embedding(const ov::OutputVector &inputs, const Embedding &other) : PlacedOperation(inputs, other) {
  constructor_validate_and_infer_types();
}

void Embedding::validate_and_infer_types() {
  bind();
  auto shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static(), "ids have no known rank");
  shape.push_back(static_cast<int64_t>(matrix(0).columns));
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Embedding::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Embedding>(inputs, *this);
}

bool Embedding::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  const auto &ids = inputs.at(0);
  const auto &table = matrix(0);
  auto shape = ids.get_shape();
  const size_t count = ov::shape_size(shape);
  shape.push_back(table.columns);
  outputs.at(0).set_shape(shape);
  auto *out = outputs[0].data<float>();
  const bool is_long = ids.get_element_type() == ov::element::i64;
  if (!is_long && ids.get_element_type() != ov::element::i32) return false;
  for (size_t i = 0; i < count; i++) {
    int64_t id = is_long ? ids.data<const int64_t>()[i] : ids.data<const int32_t>()[i];
    // As Gather counts: from the end, and zeros beyond.
    if (id < 0) id += static_cast<int64_t>(table.rows);
    float *row = out + i * table.columns;
    if (id < 0 || static_cast<size_t>(id) >= table.rows) {
      std::fill(row, row + table.columns, 0.0f);
    } else {
      oven_linear_decode_row(&table, static_cast<size_t>(id), row);
    }
  }
  return true;
}

}  // namespace bridge
