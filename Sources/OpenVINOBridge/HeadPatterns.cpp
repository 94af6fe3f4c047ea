#include "HeadPatterns.hpp"

#include <algorithm>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// How many numbers of a value belong to each token, where its first axis is that of tokens.
std::optional<size_t> numbers_of_token(const Output &value) {
  const auto shape = value.get_partial_shape();
  if (value.get_element_type() != ov::element::f32 || shape.rank().is_dynamic() || shape.size() < 2) return {};
  size_t numbers = 1;
  for (size_t i = 1; i < shape.size(); i++) {
    if (shape[i].is_dynamic()) return {};
    numbers *= static_cast<size_t>(shape[i].get_length());
  }
  return numbers;
}

}  // namespace

std::optional<std::vector<int64_t>> integers_of(const Output &value) {
  const auto constant = as<ov::op::v0::Constant>(value);
  if (!constant || !constant->get_element_type().is_integral_number()) return {};
  return constant->cast_vector<int64_t>();
}

bool keeps_order(const Node &node) {
  if (node->get_input_size() == 0) return false;
  const auto before = numbers_of_token(node->input_value(0)), after = numbers_of_token(node->output(0));
  if (!before || before != after) return false;
  if (ov::is_type<ov::op::v1::Reshape>(node) || ov::is_type<ov::op::v0::Unsqueeze>(node) ||
      ov::is_type<ov::op::v0::Squeeze>(node) || ov::is_type<ov::op::v15::Squeeze>(node)) {
    return true;
  }
  if (!ov::is_type<ov::op::v1::Transpose>(node)) return false;
  const auto order = as<ov::op::v0::Constant>(node->input_value(1));
  if (!order || order->cast_vector<int64_t>() != std::vector<int64_t>{0, 2, 1, 3}) return false;
  const auto shape = node->get_input_partial_shape(0);
  return shape[1] == 1 || shape[2] == 1;
}

Output under_shapes(Output value) {
  while (keeps_order(value.get_node_shared_ptr())) value = value.get_node()->input_value(0);
  return value;
}

Output rows_of(const Output &value, size_t width) {
  const auto numbers = static_cast<int64_t>(width);
  const auto shape = value.get_partial_shape();
  if (shape.size() == 3 && shape[1] == 1 && shape[2] == numbers) return value;
  const auto target = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{3}, std::vector<int64_t>{-1, 1, numbers});
  return std::make_shared<ov::op::v1::Reshape>(value, target, false);
}

namespace {

// Numbers [begin, end) of the last axis of something.
struct Slice {
  Output source;
  size_t begin = 0, end = 0;
};

std::optional<Slice> slice_at(const Output &value) {
  const auto width = width_of(value);
  if (!width || value.get_node()->get_input_size() == 0) return {};
  const auto source = value.get_node()->input_value(0);
  const auto whole = width_of(source);
  if (!whole || source.get_partial_shape().size() != value.get_partial_shape().size()) return {};
  const auto last = source.get_partial_shape().rank().get_length() - 1;
  const auto from = [&](int64_t begin) -> std::optional<Slice> {
    if (begin < 0) begin += static_cast<int64_t>(*whole);
    const auto first = static_cast<size_t>(std::max<int64_t>(begin, 0));
    return first + *width <= *whole ? std::optional(Slice{source, first, first + *width}) : std::nullopt;
  };
  if (const auto slice = as<ov::op::v8::Slice>(value); slice && slice->get_input_size() == 5) {
    const auto begin = integers_of(slice->input_value(1)), step = integers_of(slice->input_value(3)),
               axes = integers_of(slice->input_value(4));
    if (!begin || !step || !axes || axes->size() != 1 || begin->size() != 1 || *step != std::vector<int64_t>{1}) return {};
    return axes->front() == -1 || axes->front() == last ? from(begin->front()) : std::nullopt;
  }
  const bool splits = as<ov::op::v1::VariadicSplit>(value) || as<ov::op::v1::Split>(value);
  if (!splits) return {};
  const auto axis = integers_of(value.get_node()->input_value(1));
  if (!axis || axis->size() != 1 || (axis->front() != -1 && axis->front() != last)) return {};
  int64_t begin = 0;
  for (size_t i = 0; i < value.get_index(); i++) {
    const auto before = width_of(value.get_node()->output(i));
    if (!before) return {};
    begin += static_cast<int64_t>(*before);
  }
  return from(begin);
}

// The value that is given with its sign changed.
std::optional<Output> negated(const Output &value) {
  if (as<ov::op::v0::Negative>(value)) return value.get_node()->input_value(0);
  return other_factor(value, [](const Output &factor) { return is_number(factor, -1); });
}

// Whether a value has the halves of x in the other order, the second one negated.
bool is_crossed(const Output &value, const Output &x) {
  const auto concat = as<ov::op::v0::Concat>(value);
  const auto width = width_of(x);
  if (!concat || !width || concat->get_input_size() != 2 || width_of(value) != width) return false;
  if (concat->get_axis() != -1 && concat->get_axis() != value.get_partial_shape().rank().get_length() - 1) return false;
  const auto first = negated(concat->input_value(0));
  if (!first) return false;
  const auto second_half = slice_at(*first), first_half = slice_at(concat->input_value(1));
  return second_half && first_half && second_half->source == x && first_half->source == x && first_half->begin == 0 &&
         first_half->end == *width / 2 && second_half->begin == *width / 2 && second_half->end == *width && *width % 2 == 0;
}

// A table [tokens, 1, 1, width] of numbers by position.
bool is_table(const Output &value, size_t width) {
  return width_of(value) == width && numbers_of_token(value) == width && !as<ov::op::v0::Constant>(value);
}

std::optional<Turn> whole_turn_at(const Output &value) {
  const auto add = as<ov::op::v1::Add>(value);
  const auto width = width_of(value);
  if (!add || !width) return {};
  for (const size_t i : {0, 1}) {
    const auto straight = as<ov::op::v1::Multiply>(add->input_value(i)), crossed = as<ov::op::v1::Multiply>(add->input_value(1 - i));
    if (!straight || !crossed) return {};
    for (const size_t j : {0, 1}) {
      const auto x = straight->input_value(j), cosines = straight->input_value(1 - j);
      if (!is_table(cosines, *width) || width_of(x) != width) continue;
      const auto sines = other_factor(crossed, [&](const Output &factor) { return is_crossed(factor, x); });
      if (sines && is_table(*sines, *width)) return Turn{x, cosines, *sines, *width};
    }
  }
  return {};
}

std::optional<Turn> turn_at(const Output &value) {
  if (auto turn = whole_turn_at(value)) return turn;
  // Only the first numbers of a head turn.
  const auto concat = as<ov::op::v0::Concat>(value);
  const auto width = width_of(value);
  if (!concat || !width || concat->get_input_size() != 2) return {};
  if (concat->get_axis() != -1 && concat->get_axis() != value.get_partial_shape().rank().get_length() - 1) return {};
  auto turn = whole_turn_at(concat->input_value(0));
  if (!turn) return {};
  const auto turning = slice_at(turn->x), staying = slice_at(concat->input_value(1));
  if (!turning || !staying || turning->source != staying->source || turning->begin != 0 ||
      turning->end != staying->begin || staying->end != *width) {
    return {};
  }
  turn->x = turning->source;
  return turn;
}

}  // namespace

Heads heads_of(const Output &taken, size_t size, size_t width) {
  Heads heads;
  auto value = under_shapes(taken);
  const auto has_heads = [&](const Output &rows) {
    const auto shape = rows.get_partial_shape();
    return shape.size() == 4 && width_of(rows) == size;
  };
  if (has_heads(value)) {
    if (auto turn = turn_at(value)) {
      heads.turn = turn;
      value = under_shapes(turn->x);
    }
  }
  if (has_heads(value)) {
    if (auto norm = norm_at(value.get_node_shared_ptr())) {
      value = under_shapes(norm->x);
      heads.norm = std::move(norm);
    }
  }
  heads.rows = rows_of(value, width);
  return heads;
}

}  // namespace bridge
