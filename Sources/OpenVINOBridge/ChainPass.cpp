// Finds what is done to rows between two attentions, and makes one operation of it.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ChainOperation.hpp"
#include "LinearOperation.hpp"
#include "RowPatterns.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/core/model.hpp"
#include "openvino/op/ops.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// Between two operations a run can be stopped: a chain of several layers ends at an attention after so many codes.
constexpr size_t most_codes = size_t{1} << 27;

size_t codes_of(const PlacedOperation &operation) {
  size_t count = 0;
  for (const auto &matrix : operation.placed()) count += static_cast<size_t>(matrix.rows * matrix.columns);
  return count;
}

// Something that a chain can do.
struct Member {
  Node node;
  std::shared_ptr<Linear> linear;
  std::optional<Norm> norm;
  // A chain that is an attention alone.
  std::shared_ptr<Chain> attention;
  // The rows that it takes.
  std::vector<Output> rows;
  // Operations of ours on the way to it that are not of one chain.
  size_t level = 0;
};

std::optional<Member> member_at(const Node &node) {
  Member member{node, ov::as_type_ptr<Linear>(node), norm_at(node), ov::as_type_ptr<Chain>(node), {}, 0};
  if (member.linear) {
    member.rows = {node->input_value(0)};
  } else if (member.attention) {
    for (size_t i = 0; i < static_cast<size_t>(member.attention->steps().rows); i++) {
      member.rows.push_back(node->input_value(i));
    }
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
        if (member->attention && codes[member->level] >= most_codes) member->level++;
        if (member->linear) codes[member->level] += codes_of(*member->linear);
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
  // Codes of the products of each level.
  std::map<size_t, size_t> codes;

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
    // One input for all weights of norms, behind the rows, and what attentions read behind it.
    inputs.push_back(ov::op::v0::Constant::create(ov::element::f32, {norms.size()}, norms));
    inputs.insert(inputs.end(), others.begin(), others.end());
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
    } else if (member.attention) {
      step.kind = ChainStep::attention;
      step.other = static_cast<int64_t>(program.attentions.size());
      program.attentions.push_back(attention(*member.attention));
    } else if (member.norm) {
      step.kind = ChainStep::norm;
      step.epsilon = member.norm->epsilon;
      step.other = norm(member.norm->weight);
    } else {
      step.kind = ChainStep::sum;
      step.other = static_cast<int64_t>(values.at(member.rows.back()));
    }
    program.steps.push_back(step);
  }

  // Where weights of a norm begin.
  int64_t norm(const std::vector<float> &weight) {
    norms.insert(norms.end(), weight.begin(), weight.end());
    return static_cast<int64_t>(norms.size() - weight.size());
  }

  // The attention of a chain that is nothing else, with this chain's numbers.
  AttentionStep attention(const Chain &alone) {
    auto step = alone.steps().attentions.front();
    for (auto *number : {&step.queries, &step.keys, &step.values, &step.cosines, &step.sines}) {
      if (*number >= 0) *number = static_cast<int64_t>(values.at(alone.input_value(static_cast<size_t>(*number))));
    }
    const auto weights = numbers_of(alone.input_value(static_cast<size_t>(alone.steps().rows)));
    for (auto *first : {&step.query_norm, &step.key_norm}) {
      if (*first < 0) continue;
      const auto begin = weights.value().begin() + *first;
      *first = norm(std::vector<float>(begin, begin + step.size));
    }
    const auto pages = static_cast<size_t>(step.pages), places = static_cast<size_t>(step.places);
    step.pages = other({alone.input_value(pages), alone.input_value(pages + 1)});
    step.places = other({alone.input_value(places), alone.input_value(places + 1), alone.input_value(places + 2),
                         alone.input_value(places + 3)});
    return step;
  }

  // The number of the first of inputs that follow each other. What several layers read is there once.
  int64_t other(const ov::OutputVector &wanted) {
    auto found = std::search(others.begin(), others.end(), wanted.begin(), wanted.end());
    const auto index = found - others.begin();
    if (found == others.end()) others.insert(others.end(), wanted.begin(), wanted.end());
    return program.rows + 1 + index;
  }

  std::vector<Member> members;
  std::set<ov::Node *> inside;
  std::map<Output, size_t> values;
  ov::OutputVector inputs, others;
  std::vector<float> norms;
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
