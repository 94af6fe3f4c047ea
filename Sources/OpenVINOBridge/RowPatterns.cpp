#include "RowPatterns.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

// A constant, perhaps converted, in f32.
std::optional<std::vector<float>> numbers_of(Output value) {
  if (as<ov::op::v0::Convert>(value)) value = value.get_node()->input_value(0);
  const auto constant = as<ov::op::v0::Constant>(value);
  if (!constant || !constant->get_element_type().is_real()) return {};
  return constant->cast_vector<float>();
}

bool is_number(const Output &value, float number) {
  const auto numbers = numbers_of(value);
  return numbers && numbers->size() == 1 && numbers->front() == number;
}

// The width of rows of floats; nothing for anything else.
std::optional<size_t> width_of(const Output &value) {
  const auto shape = value.get_partial_shape();
  if (value.get_element_type() != ov::element::f32 || shape.rank().is_dynamic() || shape.size() < 2) return {};
  const auto &width = shape[shape.size() - 1];
  if (width.is_dynamic() || width.get_length() <= 0) return {};
  return static_cast<size_t>(width.get_length());
}

// Rows of one number whose places all are the same ones.
bool are_alike(const Output &first, const Output &second) {
  return width_of(first) && width_of(second) && first.get_partial_shape() == second.get_partial_shape();
}

// The other factor of a product of two, where one satisfies a condition.
std::optional<Output> other_factor(const Output &product, const std::function<bool(const Output &)> &condition) {
  const auto node = as<ov::op::v1::Multiply>(product);
  if (!node) return {};
  for (const size_t i : {0, 1}) {
    if (condition(node->input_value(i))) return node->input_value(1 - i);
  }
  return {};
}

namespace {

// The mean of the squares of rows and the epsilon beside it, given what the root is taken of.
std::optional<Norm> norm_under(const Output &sum) {
  const auto add = as<ov::op::v1::Add>(sum);
  if (!add) return {};
  for (const size_t i : {0, 1}) {
    const auto epsilon = numbers_of(add->input_value(1 - i));
    const auto mean = as<ov::op::v1::ReduceMean>(add->input_value(i));
    if (!epsilon || epsilon->size() != 1 || !mean || !mean->get_keep_dims()) continue;
    const auto axes = as<ov::op::v0::Constant>(mean->input_value(1));
    const auto squares = mean->input_value(0);
    Norm norm;
    if (const auto power = as<ov::op::v1::Power>(squares); power && is_number(power->input_value(1), 2)) {
      norm.x = power->input_value(0);
    } else if (const auto square = as<ov::op::v1::Multiply>(squares);
               square && square->input_value(0) == square->input_value(1)) {
      norm.x = square->input_value(0);
    } else {
      return {};
    }
    const auto rank = norm.x.get_partial_shape().rank();
    if (!axes || rank.is_dynamic()) return {};
    const auto axis = axes->cast_vector<int64_t>();
    if (axis.size() != 1 || (axis[0] != -1 && axis[0] != rank.get_length() - 1)) return {};
    norm.epsilon = epsilon->front();
    norm.inside = {add.get(), mean.get(), squares.get_node()};
    return norm;
  }
  return {};
}

}  // namespace

// The norm that ends here.
std::optional<Norm> norm_at(const Node &node) {
  const auto width = width_of(node->output(0));
  if (!width) return {};
  std::vector<float> weight;
  const auto scaled = other_factor(node->output(0), [&](const Output &value) {
    const auto shape = value.get_partial_shape();
    const auto numbers = shape.is_static() ? numbers_of(value) : std::nullopt;
    if (!numbers || numbers->size() != *width || shape.size() == 0 || shape[shape.size() - 1] != *width) return false;
    weight = *numbers;
    return true;
  });
  if (!scaled) return {};
  std::optional<Norm> norm;
  std::set<ov::Node *> reciprocal;
  const auto x = other_factor(*scaled, [&](const Output &value) {
    if (const auto divide = as<ov::op::v1::Divide>(value); divide && is_number(divide->input_value(0), 1)) {
      const auto root = as<ov::op::v0::Sqrt>(divide->input_value(1));
      if (root) norm = norm_under(root->input_value(0));
      reciprocal = {divide.get(), root.get()};
    } else if (const auto power = as<ov::op::v1::Power>(value); power && is_number(power->input_value(1), -0.5f)) {
      norm = norm_under(power->input_value(0));
      reciprocal = {power.get()};
    }
    return norm.has_value();
  });
  if (!x || !norm || norm->x != *x || !are_alike(*x, node->output(0))) return {};
  norm->weight = std::move(weight);
  norm->inside.insert(reciprocal.begin(), reciprocal.end());
  norm->inside.insert(scaled->get_node());
  // Nobody else may need what disappears.
  for (const auto *part : norm->inside) {
    for (const auto &output : part->outputs()) {
      for (const auto &user : output.get_target_inputs()) {
        if (user.get_node() != node.get() && norm->inside.count(user.get_node()) == 0) return {};
      }
    }
  }
  return norm;
}

}  // namespace bridge
