// Changes of a model that only OpenVINO's own classes can make.
#include "Handles.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/op/ops.hpp"
#include "openvino/pass/manager.hpp"
#include "openvino/pass/sdpa_to_paged_attention.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

std::shared_ptr<ov::Node> input_node(const std::shared_ptr<ov::Node> &node, size_t index) {
  return node->get_input_node_shared_ptr(index);
}

// The MatMul behind the logits. Between the two may stand a bias, a transposition, a conversion, a
// factor or the soft cap of Gemma: all of them work on each token by itself.
std::shared_ptr<ov::Node> head_of(const ov::Model &model) {
  if (model.get_results().empty()) return nullptr;
  auto node = input_node(model.get_results()[0], 0);
  for (int steps = 0; steps < 6; steps++) {
    if (ov::is_type<ov::op::v0::MatMul>(node)) return node;
    const bool passes = ov::is_type<ov::op::v1::Add>(node) || ov::is_type<ov::op::v1::Transpose>(node) ||
                        ov::is_type<ov::op::v0::Convert>(node) || ov::is_type<ov::op::v1::Multiply>(node) ||
                        ov::is_type<ov::op::v1::Divide>(node) || ov::is_type<ov::op::v0::Tanh>(node);
    if (!passes) return nullptr;
    node = input_node(node, 0);
  }
  return nullptr;
}

// With paged attention, tokens of all sequences follow each other in the first axis, and the second one is 1.
bool has_pages(const ov::Model &model) {
  for (const auto &parameter : model.get_parameters()) {
    if (parameter->get_friendly_name() == "subsequence_begins") return true;
  }
  return false;
}

bool slice_last_token(const ov::Model &model) {
  const auto head = head_of(model);
  if (!head) return false;
  const auto hidden = head->input_value(0);
  const auto rank = hidden.get_partial_shape().rank();
  if (rank.is_dynamic() || rank.get_length() != 3) return false;
  // A Gather and not a Slice, because its extent is known to be 1, whatever the length.
  const auto last = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{1}, {-1});
  const auto axis = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{}, {has_pages(model) ? 0 : 1});
  const auto row = std::make_shared<ov::op::v8::Gather>(hidden, last, axis);
  row->set_friendly_name("last_token");
  head->input(0).replace_source_output(row);
  return true;
}

// As OpenVINO GenAI does it, under the name that it uses.
bool gather_rows(ov::Model &model) {
  const auto head = head_of(model);
  if (!head || !has_pages(model)) return false;
  const auto hidden = head->input_value(0);
  const auto rank = hidden.get_partial_shape().rank();
  if (rank.is_dynamic() || rank.get_length() != 3) return false;
  const auto rows = std::make_shared<ov::op::v0::Parameter>(ov::element::i64, ov::PartialShape{-1});
  rows->set_friendly_name("sampled_tokens_indices");
  rows->output(0).set_names({"sampled_tokens_indices"});
  const auto axis = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{}, {0});
  const auto gathered = std::make_shared<ov::op::v8::Gather>(hidden, rows, axis);
  gathered->set_friendly_name("sampled_rows");
  head->input(0).replace_source_output(gathered);
  model.add_parameters({rows});
  return true;
}

}  // namespace

void fill_transformations(ovb_table &table) {
  table.model_slice_last_token = [](ovb_model *model, int32_t *applied) {
    return guarded([&] {
      const bool done = slice_last_token(*model->model);
      if (done) model->model->validate_nodes_and_infer_types();
      *applied = done;
    });
  };
  table.model_gather_rows = [](ovb_model *model, int32_t *applied) {
    return guarded([&] {
      const bool done = gather_rows(*model->model);
      if (done) model->model->validate_nodes_and_infer_types();
      *applied = done;
    });
  };
  table.model_paged_attention = [](ovb_model *model, int32_t per_layer_block_indices, int32_t score_outputs,
                                   int32_t cache_rotation) {
    return guarded([&] {
      ov::pass::Manager manager;
      manager.register_pass<ov::pass::SDPAToPagedAttention>(per_layer_block_indices != 0,
                                                            score_outputs != 0, false, cache_rotation != 0);
      manager.run_passes(model->model);
    });
  };
}

}  // namespace bridge
