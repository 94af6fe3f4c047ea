#include "ExpertsOperation.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "Products.hpp"
#include "Sharing.hpp"

namespace bridge {

namespace {

// Tokens that are computed together: what they need in between stays within some megabytes.
constexpr size_t batch = 256;

// The matrices of a mixture, in the order of the operation.
enum { gate_matrix, up_matrix, down_matrix, matrices_of_mixture };

// An expert that some tokens chose.
struct Chosen {
  oven_matrix matrices[matrices_of_mixture];
  // The first of its rows among those of all chosen experts, and how many there are.
  size_t first = 0, count = 0;
  // Where its prepared rows begin.
  size_t prepared = 0, prepared_inner = 0;
};

// A row of numbers for one expert: whose it is, and what the answer weighs.
struct Pair {
  size_t token;
  float weight;
};

size_t rounded(size_t size) { return (size + 63) / 64 * 64; }

class Mixture {
 public:
  Mixture(const oven_matrix *const (&matrices)[matrices_of_mixture], size_t experts, bool exact)
      : matrices(matrices), experts(experts), exact(exact), hidden(matrices[gate_matrix]->columns),
        inner(matrices[gate_matrix]->rows / experts), width(matrices[down_matrix]->rows / experts) {}

  // Tokens [from, to) of `total`.
  void compute(const float *x, const float *routing, size_t total, size_t from, size_t to, float *y) {
    choose(routing, total, from, to);
    auto *rows = floats(rows_room, hidden), *gate = floats(gate_room, inner), *up = floats(up_room, inner),
         *answers = floats(answers_room, width);
    auto *prepared = static_cast<char *>(prepared_room.of(std::max(prepared_size, prepared_inner_size)));
    share(chosen.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) gather(chosen[i], x, from, rows, prepared);
    });
    const auto of = [&](const Chosen &expert, const float *numbers, size_t length, size_t place) {
      return Rows{numbers + expert.first * length, exact ? nullptr : prepared + place, expert.count};
    };
    each_piece(gate_matrix, [&](const Chosen &expert, size_t begin, size_t end) {
      const auto input = of(expert, rows, hidden, expert.prepared);
      float *opened = gate + expert.first * inner, *other = up + expert.first * inner;
      multiply(expert.matrices[gate_matrix], input, begin, end, opened);
      multiply(expert.matrices[up_matrix], input, begin, end, other);
      oven_linear_gate(opened, other, expert.count, begin, end, inner);
    });
    share(exact ? 0 : chosen.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) {
        const auto &expert = chosen[i];
        oven_linear_prepare(&expert.matrices[down_matrix], gate + expert.first * inner, expert.count, 0, expert.count,
                            prepared + expert.prepared_inner);
      }
    });
    each_piece(down_matrix, [&](const Chosen &expert, size_t begin, size_t end) {
      multiply(expert.matrices[down_matrix], of(expert, gate, inner, expert.prepared_inner), begin, end,
               answers + expert.first * width);
    });
    add(answers, to - from, y + from * width);
  }

 private:
  // Finds the experts that are chosen by any token, and their tokens.
  void choose(const float *routing, size_t total, size_t from, size_t to) {
    for (size_t index = 0; index < experts; index++) {
      Chosen expert;
      expert.first = pairs.size();
      for (size_t token = from; token < to; token++) {
        const float weight = routing[index * total + token];
        if (weight != 0) pairs.push_back({token - from, weight});
      }
      expert.count = pairs.size() - expert.first;
      if (expert.count == 0) continue;
      for (size_t i = 0; i < matrices_of_mixture; i++) {
        const size_t rows = matrices[i]->rows / experts;
        if (!oven_linear_rows(matrices[i], index * rows, rows, &expert.matrices[i])) {
          throw std::runtime_error("an expert begins within a byte");
        }
      }
      expert.prepared = prepared_size;
      expert.prepared_inner = prepared_inner_size;
      prepared_size += rounded(oven_linear_prepared_size(&expert.matrices[gate_matrix], expert.count));
      prepared_inner_size += rounded(oven_linear_prepared_size(&expert.matrices[down_matrix], expert.count));
      chosen.push_back(expert);
    }
  }

  float *floats(Room &room, size_t length) const {
    return static_cast<float *>(room.of(pairs.size() * length * sizeof(float)));
  }

  // The rows of an expert's tokens, one after the other, and prepared.
  void gather(const Chosen &expert, const float *x, size_t from, float *rows, char *prepared) const {
    float *own = rows + expert.first * hidden;
    for (size_t i = 0; i < expert.count; i++) {
      const size_t token = from + pairs[expert.first + i].token;
      std::memcpy(own + i * hidden, x + token * hidden, hidden * sizeof(float));
    }
    if (exact) return;
    oven_linear_prepare(&expert.matrices[gate_matrix], own, expert.count, 0, expert.count, prepared + expert.prepared);
  }

  // body(expert, begin, end) for all rows of a matrix of all chosen experts.
  template <typename Body>
  void each_piece(size_t which, const Body &body) const {
    const auto together = [](const Chosen &expert) { return oven_linear_rows_together(expert.count); };
    const auto pieces = [&](const Chosen &expert) {
      return (expert.matrices[which].rows + together(expert) - 1) / together(expert);
    };
    size_t total = 0;
    for (const auto &expert : chosen) total += pieces(expert);
    const size_t smallest = chosen.empty() ? 1 : smallest_part(chosen[0].matrices[which], chosen[0].count);
    share(total, smallest, [&](size_t begin, size_t end) {
      size_t first = 0;
      for (const auto &expert : chosen) {
        const size_t from = std::max(begin, first), to = std::min(end, first + pieces(expert));
        if (from < to) {
          body(expert, (from - first) * together(expert),
               std::min(expert.matrices[which].rows, (to - first) * together(expert)));
        }
        first += pieces(expert);
      }
    });
  }

  // Adds up each token's answers, in the order of the experts.
  void add(const float *answers, size_t tokens, float *y) const {
    std::fill(y, y + tokens * width, 0.0f);
    // Threads have columns and not tokens, so that the order stays.
    share(width, 256, [&](size_t begin, size_t end) {
      for (size_t pair = 0; pair < pairs.size(); pair++) {
        float *row = y + pairs[pair].token * width;
        const float *answer = answers + pair * width, weight = pairs[pair].weight;
        for (size_t column = begin; column < end; column++) row[column] += weight * answer[column];
      }
    });
  }

  const oven_matrix *const (&matrices)[matrices_of_mixture];
  const size_t experts;
  const bool exact;
  const size_t hidden, inner, width;
  std::vector<Chosen> chosen;
  std::vector<Pair> pairs;
  size_t prepared_size = 0, prepared_inner_size = 0;

  static thread_local Room rows_room, gate_room, up_room, answers_room, prepared_room;
};

thread_local Room Mixture::rows_room, Mixture::gate_room, Mixture::up_room, Mixture::answers_room,
    Mixture::prepared_room;

}  // namespace

Experts::Experts(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices,
                 int64_t experts, bool exact)
    : PlacedOperation(inputs, std::move(weights), std::move(matrices)), experts(experts), exact(exact) {
  constructor_validate_and_infer_types();
}

Experts::Experts(const ov::OutputVector &inputs, const Experts &other)
    : PlacedOperation(inputs, other), experts(other.experts), exact(other.exact) {
  constructor_validate_and_infer_types();
}

bool Experts::visit_attributes(ov::AttributeVisitor &visitor) {
  visitor.on_attribute("experts", experts);
  visitor.on_attribute("exact", exact);
  return PlacedOperation::visit_attributes(visitor);
}

void Experts::validate_and_infer_types() {
  bind();
  NODE_VALIDATION_CHECK(this, experts > 0 && matrix_count() == matrices_of_mixture, "no mixture");
  const auto count = static_cast<size_t>(experts);
  const auto &gate = matrix(gate_matrix), &up = matrix(up_matrix), &down = matrix(down_matrix);
  NODE_VALIDATION_CHECK(this, gate.rows % count == 0 && down.rows % count == 0, "experts of different sizes");
  NODE_VALIDATION_CHECK(this, gate.rows == up.rows && oven_linear_same_preparation(&gate, &up), "no pair to gate");
  NODE_VALIDATION_CHECK(this, down.columns == gate.rows / count, "experts that do not fit together");
  for (size_t i = 0; i < matrices_of_mixture; i++) {
    oven_matrix second;
    const bool is_apart = count == 1 || oven_linear_rows(&matrix(i), matrix(i).rows / count, 1, &second);
    NODE_VALIDATION_CHECK(this, is_apart, "an expert begins within a byte");
  }
  auto shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 0, "x has no known rank");
  auto &columns = shape[shape.size() - 1];
  NODE_VALIDATION_CHECK(this, columns.compatible(static_cast<int64_t>(gate.columns)), "x has another width");
  columns = static_cast<int64_t>(down.rows / count);
  set_output_type(0, ov::element::f32, shape);
}

std::shared_ptr<ov::Node> Experts::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Experts>(inputs, *this);
}

bool Experts::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  auto shape = inputs.at(0).get_shape();
  const auto count = static_cast<size_t>(experts);
  const size_t hidden = matrix(gate_matrix).columns;
  if (shape.empty() || shape.back() != hidden || inputs.at(1).get_shape().size() != 2) return false;
  const size_t tokens = ov::shape_size(shape) / hidden;
  if (inputs[1].get_shape() != ov::Shape{count, tokens}) return false;
  for (const auto &input : inputs) {
    if (input.get_element_type() != ov::element::f32) return false;
  }
  shape.back() = matrix(down_matrix).rows / count;
  outputs.at(0).set_shape(shape);
  const oven_matrix *const matrices[] = {&matrix(gate_matrix), &matrix(up_matrix), &matrix(down_matrix)};
  for (size_t from = 0; from < tokens; from += batch) {
    Mixture mixture(matrices, count, exact);
    mixture.compute(inputs[0].data<const float>(), inputs[1].data<const float>(), tokens, from,
                    std::min(tokens, from + batch), outputs[0].data<float>());
  }
  return true;
}

}  // namespace bridge
