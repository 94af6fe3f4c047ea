#include "ChainOperation.hpp"

#include <algorithm>
#include <stdexcept>

#include "Products.hpp"
#include "Sharing.hpp"

namespace bridge {

namespace {

// Rows that go through all steps together: what lies between two steps then stays in a core's second cache.
constexpr size_t rows_at_once = 256;

// The numbers of a ChainStep among the attributes.
constexpr size_t fields = 5;

// Numbers for which it is worth waking a thread.
constexpr size_t smallest_share = size_t{1} << 14;

thread_local Room values_room;

}  // namespace

// Where each value is.
struct Chain::Plan {
  struct Place {
    // Which output; -1 for a value that nobody else needs, which lies in working memory.
    int64_t output = -1;
    // Numbers of a row before it in working memory.
    size_t offset = 0;
  };
  std::vector<size_t> widths;
  std::vector<Place> places;
  // Numbers of a row in working memory.
  size_t room = 0;
};

Chain::Chain(const ov::OutputVector &inputs, std::string weights, std::vector<PlacedMatrix> matrices,
             ChainProgram program)
    : PlacedOperation(inputs, std::move(weights), std::move(matrices)),
      program(std::make_shared<const ChainProgram>(std::move(program))) {
  constructor_validate_and_infer_types();
}

Chain::Chain(const ov::OutputVector &inputs, const Chain &other)
    : PlacedOperation(inputs, other), program(other.program), planned(other.planned) {
  constructor_validate_and_infer_types();
}

bool Chain::visit_attributes(ov::AttributeVisitor &visitor) {
  auto next = *program;
  std::vector<int64_t> numbers;
  std::vector<float> epsilons;
  for (const auto &step : next.steps) {
    numbers.insert(numbers.end(), {step.kind, step.operand, step.other, step.matrix, step.count});
    epsilons.push_back(step.epsilon);
  }
  std::vector<int64_t> attention_numbers;
  std::vector<float> attention_reals;
  for (const auto &attention : next.attentions) {
    const auto integers = attention.numbers();
    const auto reals = attention.reals();
    attention_numbers.insert(attention_numbers.end(), integers.begin(), integers.end());
    attention_reals.insert(attention_reals.end(), reals.begin(), reals.end());
  }
  visitor.on_attribute("steps", numbers);
  visitor.on_attribute("epsilons", epsilons);
  visitor.on_attribute("attentions", attention_numbers);
  visitor.on_attribute("attention_factors", attention_reals);
  visitor.on_attribute("rows", next.rows);
  visitor.on_attribute("outputs", next.outputs);
  visitor.on_attribute("exact", next.exact);
  const size_t attentions = attention_reals.size() / AttentionStep::real_count;
  if (numbers.size() != epsilons.size() * fields || attention_reals.size() != attentions * AttentionStep::real_count ||
      attention_numbers.size() != attentions * AttentionStep::number_count) {
    throw std::runtime_error("a chain with numbers missing");
  }
  next.steps.clear();
  for (size_t i = 0; i < epsilons.size(); i++) {
    const int64_t *n = &numbers[i * fields];
    next.steps.push_back({n[0], n[1], n[2], n[3], n[4], epsilons[i]});
  }
  next.attentions.clear();
  for (size_t i = 0; i < attentions; i++) {
    next.attentions.push_back(AttentionStep::of(&attention_numbers[i * AttentionStep::number_count],
                                                &attention_reals[i * AttentionStep::real_count]));
  }
  program = std::make_shared<const ChainProgram>(std::move(next));
  return PlacedOperation::visit_attributes(visitor);
}

// Checks the program, which may come from a file, and gives every value its place.
void Chain::plan() {
  if (planned) return;
  const auto check = [](bool holds) {
    if (!holds) throw std::runtime_error("a chain that cannot be computed");
  };
  const auto row_count = static_cast<size_t>(program->rows);
  check(program->rows > 0 && row_count <= get_input_size());
  auto plan = std::make_shared<Plan>();
  for (size_t i = 0; i < row_count; i++) {
    const auto shape = get_input_partial_shape(i);
    check(shape.rank().is_static() && shape.size() > 1 && shape[shape.size() - 1].is_static());
    plan->widths.push_back(static_cast<size_t>(shape[shape.size() - 1].get_length()));
  }
  const auto known = [&](int64_t value) { return value >= 0 && static_cast<size_t>(value) < plan->widths.size(); };
  const auto is_weight = [&](int64_t first, size_t count) {
    return first >= 0 && static_cast<size_t>(first) + count <= weight_count();
  };
  std::vector<size_t> last_uses;
  const auto use = [&](int64_t value, size_t step) {
    check(known(value));
    last_uses[static_cast<size_t>(value)] = step;
  };
  last_uses.resize(row_count);
  std::vector<size_t> first_values;
  for (size_t s = 0; s < program->steps.size(); s++) {
    const auto &step = program->steps[s];
    use(step.operand, s);
    const size_t width = plan->widths[static_cast<size_t>(step.operand)];
    first_values.push_back(plan->widths.size());
    const auto placed = [&](int64_t count) {
      check(step.matrix >= 0 && count > 0 && static_cast<size_t>(step.matrix + count) <= matrix_count());
      for (int64_t i = 0; i < count; i++) {
        const auto &of = matrix(static_cast<size_t>(step.matrix + i));
        check(of.columns == width && oven_linear_same_preparation(&matrix(static_cast<size_t>(step.matrix)), &of));
      }
    };
    switch (step.kind) {
      case ChainStep::product:
        placed(step.count);
        for (int64_t i = 0; i < step.count; i++) {
          plan->widths.push_back(matrix(static_cast<size_t>(step.matrix + i)).rows);
        }
        break;
      case ChainStep::gated:
        placed(2);
        check(matrix(static_cast<size_t>(step.matrix)).rows == matrix(static_cast<size_t>(step.matrix + 1)).rows);
        plan->widths.push_back(matrix(static_cast<size_t>(step.matrix)).rows);
        break;
      case ChainStep::norm:
        check(is_weight(step.other, width));
        plan->widths.push_back(width);
        break;
      case ChainStep::sum:
        use(step.other, s);
        check(plan->widths[static_cast<size_t>(step.other)] == width);
        plan->widths.push_back(width);
        break;
      case ChainStep::attention: {
        check(step.other >= 0 && static_cast<size_t>(step.other) < program->attentions.size());
        const auto &attention = program->attentions[static_cast<size_t>(step.other)];
        const auto kernel = attention.kernel(nullptr);
        check(oven_attention_supports(&kernel));
        const auto has_width = [&](int64_t value, size_t expected) {
          use(value, s);
          check(plan->widths[static_cast<size_t>(value)] == expected);
        };
        has_width(attention.queries, kernel.heads * kernel.size);
        has_width(attention.keys, kernel.shared * kernel.size);
        has_width(attention.values, kernel.shared * kernel.value_size);
        if (kernel.turned > 0) {
          has_width(attention.cosines, kernel.turned);
          has_width(attention.sines, kernel.turned);
        }
        const auto is_input = [&](int64_t first, int64_t count) {
          return first >= program->rows && static_cast<size_t>(first + count) <= get_input_size();
        };
        check(is_input(attention.pages, 2) && is_input(attention.places, 4));
        for (const int64_t norm : {attention.query_norm, attention.key_norm}) {
          check(norm == -1 || is_weight(norm, kernel.size));
        }
        plan->widths.push_back(kernel.heads * kernel.value_size);
        break;
      }
      default:
        check(false);
    }
    last_uses.resize(plan->widths.size(), s);
  }
  plan->places.resize(plan->widths.size());
  for (size_t i = 0; i < program->outputs.size(); i++) {
    check(known(program->outputs[i]) && program->outputs[i] >= program->rows);
    auto &place = plan->places[static_cast<size_t>(program->outputs[i])];
    check(place.output < 0);
    place.output = static_cast<int64_t>(i);
  }
  // Memory that nobody reads any more is written again, the smallest that is large enough.
  struct Piece {
    size_t offset, width;
  };
  std::vector<Piece> free;
  std::vector<Piece> pieces(plan->widths.size());
  for (size_t s = 0; s < program->steps.size(); s++) {
    const size_t end = s + 1 < first_values.size() ? first_values[s + 1] : plan->widths.size();
    for (size_t value = first_values[s]; value < end; value++) {
      auto &place = plan->places[value];
      if (place.output >= 0) continue;
      const auto fits = [&](const Piece &piece) { return piece.width >= plan->widths[value]; };
      const auto best = std::min_element(free.begin(), free.end(), [&](const Piece &a, const Piece &b) {
        return std::pair(!fits(a), a.width) < std::pair(!fits(b), b.width);
      });
      if (best != free.end() && fits(*best)) {
        pieces[value] = *best;
        free.erase(best);
      } else {
        pieces[value] = {plan->room, (plan->widths[value] + 15) / 16 * 16};
        plan->room += pieces[value].width;
      }
      place.offset = pieces[value].offset;
    }
    for (size_t value = row_count; value < end; value++) {
      if (last_uses[value] == s && plan->places[value].output < 0) free.push_back(pieces[value]);
    }
  }
  planned = std::move(plan);
}

size_t Chain::weight_count() const {
  const auto index = static_cast<size_t>(program->rows);
  if (index >= get_input_size() || get_input_element_type(index) != ov::element::f32) return 0;
  const auto shape = get_input_partial_shape(index);
  return shape.is_static() ? ov::shape_size(shape.to_shape()) : 0;
}

void Chain::validate_and_infer_types() {
  bind();
  plan();
  auto shape = get_input_partial_shape(0);
  NODE_VALIDATION_CHECK(this, shape.rank().is_static() && shape.size() > 1, "rows have no known rank");
  for (size_t i = 0; i < static_cast<size_t>(program->rows); i++) {
    const auto &width = get_input_partial_shape(i)[shape.size() - 1];
    NODE_VALIDATION_CHECK(this, get_input_partial_shape(i).rank() == shape.rank(), "rows of different ranks");
    NODE_VALIDATION_CHECK(this, width.compatible(static_cast<int64_t>(planned->widths[i])), "rows of another width");
  }
  set_output_size(program->outputs.size());
  for (size_t i = 0; i < program->outputs.size(); i++) {
    shape[shape.size() - 1] = static_cast<int64_t>(planned->widths[static_cast<size_t>(program->outputs[i])]);
    set_output_type(i, ov::element::f32, shape);
  }
}

std::shared_ptr<ov::Node> Chain::clone_with_new_inputs(const ov::OutputVector &inputs) const {
  return std::make_shared<Chain>(inputs, *this);
}

bool Chain::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
  auto shape = inputs.at(0).get_shape();
  const auto row_count = static_cast<size_t>(program->rows);
  const size_t count = ov::shape_size(shape) / std::max<size_t>(shape.back(), 1);
  std::vector<const float *> rows;
  for (size_t i = 0; i < row_count; i++) {
    if (inputs[i].get_element_type() != ov::element::f32) return false;
    if (inputs[i].get_size() != count * planned->widths[i]) throw std::runtime_error("rows of different numbers");
    rows.push_back(inputs[i].data<const float>());
  }
  std::vector<float *> targets;
  for (size_t i = 0; i < outputs.size(); i++) {
    shape.back() = planned->widths[static_cast<size_t>(program->outputs[i])];
    outputs[i].set_shape(shape);
    targets.push_back(outputs[i].data<float>());
  }
  Team::run([&] {
    for (size_t begin = 0; begin < count; begin += rows_at_once) {
      const size_t here = std::min(count - begin, rows_at_once);
      run(rows, inputs, targets, begin, here);
      for (size_t i = 0; i < rows.size(); i++) rows[i] += here * planned->widths[i];
      for (size_t i = 0; i < targets.size(); i++) {
        targets[i] += here * planned->widths[static_cast<size_t>(program->outputs[i])];
      }
    }
  });
  return true;
}

void Chain::run(const std::vector<const float *> &rows, const ov::TensorVector &inputs,
                const std::vector<float *> &outputs, size_t begin_row, size_t count) const {
  auto *room = static_cast<float *>(values_room.of(planned->room * count * sizeof(float)));
  const float *weights = weight_count() > 0 ? inputs[rows.size()].data<const float>() : nullptr;
  size_t next = rows.size();
  const auto target = [&](size_t value) {
    const auto &place = planned->places[value];
    return place.output >= 0 ? outputs[static_cast<size_t>(place.output)] : room + place.offset * count;
  };
  const auto value = [&](int64_t number) -> const float * {
    const auto index = static_cast<size_t>(number);
    return index < rows.size() ? rows[index] : target(index);
  };
  for (const auto &step : program->steps) {
    const float *x = value(step.operand);
    float *out = target(next);
    const size_t width = planned->widths[static_cast<size_t>(step.operand)];
    const auto first = static_cast<size_t>(step.matrix);
    switch (step.kind) {
      case ChainStep::product: {
        std::vector<Task> tasks;
        for (size_t i = 0; i < static_cast<size_t>(step.count); i++) tasks.push_back({&matrix(first + i), target(next++)});
        multiply_rows(tasks, x, count, program->exact);
        break;
      }
      case ChainStep::gated:
        multiply_gated(matrix(first), matrix(first + 1), x, count, program->exact, out);
        next++;
        break;
      case ChainStep::norm: {
        const float *weight = weights + step.other;
        share(count, smallest_share / width, [&](size_t begin, size_t end) {
          oven_linear_normalize(x + begin * width, weight, step.epsilon, end - begin, width, out + begin * width);
        });
        next++;
        break;
      }
      case ChainStep::attention: {
        const auto &attention = program->attentions[static_cast<size_t>(step.other)];
        const auto turning = [&](int64_t number) { return attention.turned > 0 ? value(number) : nullptr; };
        attend_rows(attention,
                    {value(attention.queries), value(attention.keys), value(attention.values), turning(attention.cosines),
                     turning(attention.sines), begin_row, count},
                    weights, inputs, out);
        next++;
        break;
      }
      default: {
        const float *y = value(step.other);
        share(count, smallest_share / width, [&](size_t begin, size_t end) {
          oven_linear_add(x + begin * width, y + begin * width, (end - begin) * width, out + begin * width);
        });
        next++;
      }
    }
  }
}

}  // namespace bridge
