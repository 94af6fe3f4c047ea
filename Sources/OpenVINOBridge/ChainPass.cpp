// Finds what is done to rows between two attentions, and makes one operation of it.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "ChainOperation.hpp"
#include "LinearOperation.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/core/model.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

using Node = std::shared_ptr<ov::Node>;
using Output = ov::Output<ov::Node>;

template <typename Type>
std::shared_ptr<Type> as(const Output &value) {
  return ov::as_type_ptr<Type>(value.get_node_shared_ptr());
}

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

// x · weight / √(mean(x²) + epsilon).
struct Norm {
  Output x;
  std::vector<float> weight;
  float epsilon = 0;
  // What it is made of, the last node aside.
  std::set<ov::Node *> inside;
};

// The other factor of a product of two, where one satisfies a condition.
std::optional<Output> other_factor(const Output &product, const std::function<bool(const Output &)> &condition) {
  const auto node = as<ov::op::v1::Multiply>(product);
  if (!node) return {};
  for (const size_t i : {0, 1}) {
    if (condition(node->input_value(i))) return node->input_value(1 - i);
  }
  return {};
}

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

// Something that a chain can do.
struct Member {
  Node node;
  std::shared_ptr<Linear> linear;
  std::optional<Norm> norm;
  // The rows that it takes.
  std::vector<Output> rows;
  // Operations of ours on the way to it that are not of one chain.
  size_t level = 0;
};

std::optional<Member> member_at(const Node &node) {
  Member member{node, ov::as_type_ptr<Linear>(node), norm_at(node), {}, 0};
  if (member.linear) {
    member.rows = {node->input_value(0)};
  } else if (member.norm) {
    member.rows = {member.norm->x};
  } else if (ov::as_type_ptr<ov::op::v1::Add>(node) && are_alike(node->input_value(0), node->input_value(1)) &&
             are_alike(node->input_value(0), node->output(0)) && !as<ov::op::v0::Constant>(node->input_value(0)) &&
             !as<ov::op::v0::Constant>(node->input_value(1))) {
    member.rows = node->input_values();
  } else {
    return {};
  }
  for (const auto &rows : member.rows) {
    if (!width_of(rows)) return {};
  }
  return member;
}

// Members that no other operation stands between: two of a level are never connected through anything else.
class Levels {
 public:
  explicit Levels(const ov::Model &model) {
    std::map<ov::Node *, size_t> levels;
    const auto ordered = model.get_ordered_ops();
    for (const auto &node : ordered) {
      if (auto member = member_at(node)) {
        for (const auto &rows : member->rows) member->level = std::max(member->level, levels[rows.get_node()]);
        levels[node.get()] = member->level;
        indices[node.get()] = members.size();
        members.push_back(std::move(*member));
      } else {
        size_t level = 0;
        for (const auto &value : node->input_values()) {
          level = std::max(level, levels[value.get_node()] + indices.count(value.get_node()));
        }
        levels[node.get()] = level;
      }
    }
    groups();
  }

  std::vector<Member> members;
  // Indices of members that are connected and of one level, in the model's order.
  std::vector<std::vector<size_t>> chains;

 private:
  std::map<ov::Node *, size_t> indices;

  void groups() {
    std::vector<size_t> parents(members.size());
    for (size_t i = 0; i < parents.size(); i++) parents[i] = i;
    const auto root = [&](size_t i) {
      while (parents[i] != i) i = parents[i] = parents[parents[i]];
      return i;
    };
    for (size_t i = 0; i < members.size(); i++) {
      for (const auto &rows : members[i].rows) {
        const auto found = indices.find(rows.get_node());
        if (found == indices.end() || members[found->second].level != members[i].level) continue;
        const size_t a = root(found->second), b = root(i);
        parents[std::max(a, b)] = std::min(a, b);
      }
    }
    std::map<size_t, std::vector<size_t>> by_root;
    for (size_t i = 0; i < members.size(); i++) by_root[root(i)].push_back(i);
    for (auto &[first, chain] : by_root) chains.push_back(std::move(chain));
  }
};

// One operation in place of several.
class Builder {
 public:
  explicit Builder(const std::vector<Node> &nodes) {
    // Looked at again: what they take may have been replaced meanwhile.
    for (const auto &node : nodes) members.push_back(member_at(node).value());
    for (const auto &member : members) {
      inside.insert(member.node.get());
      if (member.norm) inside.insert(member.norm->inside.begin(), member.norm->inside.end());
    }
  }

  void build() {
    for (const auto &member : members) {
      for (const auto &rows : member.rows) {
        if (inside.count(rows.get_node()) == 0 && values.emplace(rows, values.size()).second) inputs.push_back(rows);
      }
    }
    program.rows = static_cast<int64_t>(inputs.size());
    next = inputs.size();
    ov::OutputVector replaced;
    for (const auto &member : members) {
      add(member);
      for (const auto &output : member.node->outputs()) {
        const auto number = next++;
        values.emplace(output, number);
        const auto users = output.get_target_inputs();
        const bool is_needed = std::any_of(users.begin(), users.end(),
                                           [&](const auto &user) { return inside.count(user.get_node()) == 0; });
        if (!is_needed) continue;
        program.outputs.push_back(static_cast<int64_t>(number));
        replaced.push_back(output);
      }
    }
    const auto chain = std::make_shared<Chain>(inputs, weights, matrices, program);
    chain->set_friendly_name(members.back().node->get_friendly_name());
    for (size_t i = 0; i < replaced.size(); i++) replaced[i].replace(chain->output(i));
  }

 private:
  void add(const Member &member) {
    ChainStep step;
    step.operand = static_cast<int64_t>(values.at(member.rows.front()));
    if (member.linear) {
      weights = member.linear->weights();
      program.exact = member.linear->is_exact();
      const auto &placed = member.linear->placed();
      step.kind = member.linear->is_gated() ? ChainStep::gated : ChainStep::product;
      step.matrix = static_cast<int64_t>(matrices.size());
      step.count = static_cast<int64_t>(placed.size());
      matrices.insert(matrices.end(), placed.begin(), placed.end());
    } else if (member.norm) {
      step.kind = ChainStep::norm;
      step.other = static_cast<int64_t>(inputs.size());
      step.epsilon = member.norm->epsilon;
      const auto &weight = member.norm->weight;
      inputs.push_back(ov::op::v0::Constant::create(ov::element::f32, {weight.size()}, weight));
    } else {
      step.kind = ChainStep::sum;
      step.other = static_cast<int64_t>(values.at(member.rows.back()));
    }
    program.steps.push_back(step);
  }

  std::vector<Member> members;
  std::set<ov::Node *> inside;
  std::map<Output, size_t> values;
  ov::OutputVector inputs;
  std::string weights;
  std::vector<PlacedMatrix> matrices;
  ChainProgram program;
  size_t next = 0;
};

}  // namespace

void chain_rows(ov::Model &model) {
  const Levels levels(model);
  for (const auto &chain : levels.chains) {
    std::vector<Node> nodes;
    bool has_product = false;
    for (const auto index : chain) {
      nodes.push_back(levels.members[index].node);
      has_product = has_product || levels.members[index].linear;
    }
    if (has_product && nodes.size() > 1) Builder(nodes).build();
  }
}

}  // namespace bridge
