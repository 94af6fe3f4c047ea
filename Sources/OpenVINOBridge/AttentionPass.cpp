#include "AttentionPass.hpp"

#include <algorithm>
#include <map>

#include "ChainOperation.hpp"
#include "RowPatterns.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// The inputs of OpenVINO's operation.
enum PagedInput : size_t {
  queries,
  keys,
  values,
  key_blocks,
  value_blocks,
  past,
  begins,
  blocks,
  block_begins,
  scale,
  window,
  slopes,
  longest,
  first_extra,
};

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

// Whether a node gives the numbers of its first input in the same order, those of one token after those of another.
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

// What a value is made of by changes of shape alone.
Output under_shapes(Output value) {
  while (keeps_order(value.get_node_shared_ptr())) value = value.get_node()->input_value(0);
  return value;
}

// The same numbers as rows [tokens, 1, width].
Output rows_of(const Output &value, size_t width) {
  const auto numbers = static_cast<int64_t>(width);
  const auto shape = value.get_partial_shape();
  if (shape.size() == 3 && shape[1] == 1 && shape[2] == numbers) return value;
  const auto target = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{3}, std::vector<int64_t>{-1, 1, numbers});
  return std::make_shared<ov::op::v1::Reshape>(value, target, false);
}

// Numbers [begin, end) of the last axis of something.
struct Slice {
  Output source;
  size_t begin = 0, end = 0;
};

std::optional<std::vector<int64_t>> integers_of(const Output &value) {
  const auto constant = as<ov::op::v0::Constant>(value);
  if (!constant || !constant->get_element_type().is_integral_number()) return {};
  return constant->cast_vector<int64_t>();
}

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

// x · cosines + (−second half of x, first half of x) · sines, of the first `turned` numbers of each head.
struct Turn {
  Output x, cosines, sines;
  size_t turned = 0;
};

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

// A query or key before it was normalised and turned.
struct Heads {
  Output rows;
  std::optional<Turn> turn;
  std::optional<Norm> norm;
};

// Heads of `size` numbers, found from what attention takes.
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

// What OpenVINO's operation says about its heads.
std::optional<size_t> note(const ov::Node &node, const char *name) {
  const auto &notes = node.get_rt_info();
  const auto found = notes.find(name);
  if (found == notes.end()) return {};
  try {
    return found->second.as<size_t>();
  } catch (const std::exception &) {
    return {};
  }
}

// An attribute of a node that says whether it does something.
class FlagReader final : public ov::AttributeVisitor {
 public:
  explicit FlagReader(const char *name) : name(name) {}
  void on_adapter(const std::string &, ov::ValueAccessor<void> &) override {}
  void on_adapter(const std::string &found, ov::ValueAccessor<bool> &adapter) override {
    if (found == name) value = adapter.get();
  }
  std::optional<bool> value;

 private:
  const std::string name;
};

// Whether an input is not used: it has no numbers, or only zeros.
bool is_unused(const Output &value) {
  const auto constant = as<ov::op::v0::Constant>(value);
  if (!constant) return false;
  if (ov::shape_size(constant->get_shape()) == 0) return true;
  const auto numbers = constant->cast_vector<float>();
  return std::all_of(numbers.begin(), numbers.end(), [](float number) { return number == 0; });
}

// Whether nothing but the operation uses a parameter.
std::shared_ptr<ov::op::v0::Parameter> own_parameter(const Output &value) {
  const auto parameter = as<ov::op::v0::Parameter>(value);
  return parameter && value.get_target_inputs().size() == 1 ? parameter : nullptr;
}

// A value that is computed of constants alone, as one.
Output folded(const Output &value) {
  if (as<ov::op::v0::Constant>(value) || value.get_node()->get_input_size() == 0) return value;
  ov::OutputVector inputs, outputs(value.get_node()->get_output_size());
  for (const auto &input : value.get_node()->input_values()) inputs.push_back(folded(input));
  const bool is_constant = std::all_of(inputs.begin(), inputs.end(), [](const Output &input) {
    return as<ov::op::v0::Constant>(input) != nullptr;
  });
  return is_constant && value.get_node()->constant_fold(outputs, inputs) ? outputs[value.get_index()] : value;
}

// One operation of OpenVINO's, as we understand it.
struct Paged {
  Node node;
  oven_attention kernel{};
};

std::optional<Paged> paged_at(const Node &node) {
  if (std::string(node->get_type_name()) != "PagedAttentionExtension" || node->get_input_size() < first_extra) return {};
  const auto key_heads = note(*node, "num_k_heads"), value_heads = note(*node, "num_v_heads");
  const auto key_size = note(*node, "k_head_size"), value_size = note(*node, "v_head_size");
  const auto factor = numbers_of(folded(node->input_value(scale)));
  const auto seen = integers_of(folded(node->input_value(window)));
  const auto width = width_of(node->input_value(queries));
  if (!key_heads || key_heads != value_heads || !key_size || !value_size || *key_size == 0 || !factor ||
      factor->size() != 1 || !seen || seen->size() != 1 || seen->front() < 0 || !width || *width % *key_size != 0) {
    return {};
  }
  if (width_of(node->input_value(keys)) != *key_heads * *key_size ||
      width_of(node->input_value(values)) != *key_heads * *value_size) {
    return {};
  }
  if (!is_unused(node->input_value(slopes))) return {};
  for (size_t i = first_extra; i < node->get_input_size(); i++) {
    if (!is_unused(node->input_value(i))) return {};
  }
  for (size_t i = 1; i < node->get_output_size(); i++) {
    if (!node->output(i).get_target_inputs().empty()) return {};
  }
  // Some read what others wrote.
  FlagReader writes("write_kv_cache");
  node->visit_attributes(writes);
  if (writes.value == false) return {};
  if (!own_parameter(node->input_value(key_blocks)) || !own_parameter(node->input_value(value_blocks))) return {};
  Paged paged{node};
  paged.kernel.heads = *width / *key_size;
  paged.kernel.shared = *key_heads;
  paged.kernel.size = *key_size;
  paged.kernel.value_size = *value_size;
  paged.kernel.scale = factor->front();
  paged.kernel.window = static_cast<size_t>(seen->front());
  if (!oven_attention_supports(&paged.kernel)) return {};
  return paged;
}

// Replaces OpenVINO's operations. Tables of cosines and sines get their form once for all layers.
class Placer {
 public:
  explicit Placer(std::string identity) : identity(std::move(identity)) {}

  void place(const Paged &paged) {
    const auto &kernel = paged.kernel;
    const auto inputs = paged.node->input_values();
    auto query = heads_of(inputs[queries], kernel.size, kernel.heads * kernel.size);
    auto key = heads_of(inputs[keys], kernel.size, kernel.shared * kernel.size);
    // Both turn by the same tables, or as the model computes it.
    const bool turns = query.turn && key.turn && query.turn->turned == key.turn->turned &&
                       query.turn->cosines == key.turn->cosines && query.turn->sines == key.turn->sines;
    if (!turns && (query.turn || key.turn)) {
      query = {rows_of(inputs[queries], kernel.heads * kernel.size), {}, {}};
      key = {rows_of(inputs[keys], kernel.shared * kernel.size), {}, {}};
    }
    rows = {query.rows, key.rows, rows_of(under_shapes(inputs[values]), kernel.shared * kernel.value_size)};
    std::vector<float> weights;
    AttentionStep step;
    step.heads = static_cast<int64_t>(kernel.heads);
    step.shared = static_cast<int64_t>(kernel.shared);
    step.size = static_cast<int64_t>(kernel.size);
    step.value_size = static_cast<int64_t>(kernel.value_size);
    step.window = static_cast<int64_t>(kernel.window);
    step.scale = kernel.scale;
    step.keys = 1;
    step.values = 2;
    if (turns) {
      step.turned = static_cast<int64_t>(query.turn->turned);
      step.cosines = static_cast<int64_t>(rows.size());
      rows.push_back(table(query.turn->cosines, query.turn->turned));
      step.sines = static_cast<int64_t>(rows.size());
      rows.push_back(table(query.turn->sines, query.turn->turned));
    }
    const auto norm = [&](const std::optional<Norm> &norm, float &epsilon) -> int64_t {
      if (!norm) return -1;
      epsilon = norm->epsilon;
      weights.insert(weights.end(), norm->weight.begin(), norm->weight.end());
      return static_cast<int64_t>(weights.size() - norm->weight.size());
    };
    step.query_norm = norm(query.norm, step.query_epsilon);
    step.key_norm = norm(key.norm, step.key_epsilon);
    ChainProgram program;
    program.rows = static_cast<int64_t>(rows.size());
    rows.push_back(ov::op::v0::Constant::create(ov::element::f32, {weights.size()}, weights));
    step.pages = static_cast<int64_t>(rows.size());
    step.places = step.pages + 2;
    set_blocks(inputs[key_blocks], kernel.shared, kernel.size);
    set_blocks(inputs[value_blocks], kernel.shared, kernel.value_size);
    rows.insert(rows.end(), inputs.begin() + key_blocks, inputs.begin() + scale);
    program.attentions = {step};
    ChainStep only;
    only.kind = ChainStep::attention;
    program.steps = {only};
    program.outputs = {program.rows};
    const auto chain = std::make_shared<Chain>(rows, identity, std::vector<PlacedMatrix>{}, program);
    chain->set_friendly_name(paged.node->get_friendly_name());
    give(paged, chain->output(0));
  }

 private:
  // A table as rows.
  Output table(const Output &value, size_t width) {
    const auto known = tables.find(value);
    if (known != tables.end()) return known->second;
    return tables[value] = rows_of(under_shapes(value), width);
  }

  // Bytes, which a plugin leaves as they are.
  static void set_blocks(const Output &value, size_t heads, size_t size) {
    const auto parameter = own_parameter(value);
    parameter->set_element_type(ov::element::u8);
    parameter->set_partial_shape({-1, static_cast<int64_t>(heads), OVEN_ATTENTION_BLOCK,
                                  static_cast<int64_t>(bytes_of_head(size))});
    parameter->validate_and_infer_types();
  }

  // Puts the result in the place of what becomes of the operation's by changes of shape alone.
  static void give(const Paged &paged, const Output &result) {
    auto replaced = paged.node->output(0);
    const auto shape = result.get_partial_shape();
    for (auto value = replaced; value.get_target_inputs().size() == 1;) {
      const auto user = value.get_target_inputs().begin()->get_node()->shared_from_this();
      if (!keeps_order(user)) break;
      value = user->output(0);
      if (value.get_partial_shape() == shape) replaced = value;
    }
    if (replaced.get_partial_shape() == shape) {
      replaced.replace(result);
    } else {
      const auto target = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{2},
                                                           std::vector<int64_t>{-1, shape[2].get_length()});
      replaced.replace(std::make_shared<ov::op::v1::Reshape>(result, target, false));
    }
  }

  const std::string identity;
  ov::OutputVector rows;
  std::map<Output, Output> tables;
};

}  // namespace

void place_attention(ov::Model &model, const std::string &identity) {
  Placer placer(identity);
  for (const auto &node : model.get_ordered_ops()) {
    if (const auto paged = paged_at(node)) placer.place(*paged);
  }
}

}  // namespace bridge
