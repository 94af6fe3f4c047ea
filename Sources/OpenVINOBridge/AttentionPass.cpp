#include "AttentionPass.hpp"

#include <algorithm>
#include <map>

#include "ChainOperation.hpp"
#include "HeadPatterns.hpp"

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
