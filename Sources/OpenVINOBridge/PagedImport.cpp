// Importing blobs with PagedAttention. The CPU plugin keeps the heads' sizes in the runtime information of its
// operations, which a blob does not hold: without help it refuses to read what it has written.
#include "Handles.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/op_extension.hpp"
#include "openvino/op/ops.hpp"
#include "openvino/op/util/variable.hpp"
#include "openvino/pass/sdpa_to_paged_attention.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

constexpr auto operation_name = "PagedAttentionExtension";
// Which of the inputs of the operation is the cache of keys.
constexpr size_t key_cache_input = 3;

// Keys or values of a small model: [sequences, 1 head, tokens, 4], after those of a variable.
ov::Output<ov::Node> with_past(const ov::Output<ov::Node> &heads, const ov::Output<ov::Node> &beam,
                               const std::string &name, ov::SinkVector &sinks) {
  const ov::op::util::VariableInfo info{ov::PartialShape{-1, 1, -1, 4}, ov::element::f32, name};
  const auto variable = std::make_shared<ov::op::util::Variable>(info);
  const auto empty = ov::op::v0::Constant::create(ov::element::f32, {1, 1, 0, 4}, std::vector<float>{});
  const auto past = std::make_shared<ov::op::v6::ReadValue>(empty, variable);
  const auto axis = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{}, {0});
  const auto chosen = std::make_shared<ov::op::v8::Gather>(past, beam, axis);
  const auto all = std::make_shared<ov::op::v0::Concat>(ov::OutputVector{chosen, heads}, 2);
  sinks.push_back(std::make_shared<ov::op::v6::Assign>(all, variable));
  return all;
}

std::shared_ptr<ov::op::v0::Parameter> parameter(const char *name, ov::element::Type type,
                                                 const ov::PartialShape &shape) {
  auto result = std::make_shared<ov::op::v0::Parameter>(type, shape);
  result->set_friendly_name(name);
  result->output(0).set_names({name});
  return result;
}

// A model of one layer of attention.
std::shared_ptr<ov::Model> small_model() {
  const auto ids = parameter("input_ids", ov::element::i64, {-1, -1});
  const auto positions = parameter("position_ids", ov::element::i64, {-1, -1});
  const auto mask = parameter("attention_mask", ov::element::i64, {-1, -1});
  const auto beam = parameter("beam_idx", ov::element::i32, {-1});
  const auto i64 = [](ov::Shape shape, std::vector<int64_t> values) {
    return ov::op::v0::Constant::create(ov::element::i64, shape, values);
  };
  const auto table = ov::op::v0::Constant::create(ov::element::f32, {2, 4}, {0});
  const auto hidden = std::make_shared<ov::op::v8::Gather>(table, ids, i64({}, {0}));
  const auto split = std::make_shared<ov::op::v1::Reshape>(hidden, i64({4}, {0, 0, 1, 4}), true);
  const auto heads = std::make_shared<ov::op::v1::Transpose>(split, i64({4}, {0, 2, 1, 3}));
  ov::SinkVector sinks;
  const auto keys = with_past(heads, beam, "past.key", sinks);
  const auto values = with_past(heads, beam, "past.value", sinks);
  const auto bias = ov::op::v0::Constant::create(ov::element::f32, {1, 1, 1, 1}, {0});
  const auto attention =
      std::make_shared<ov::op::v13::ScaledDotProductAttention>(heads, keys, values, bias, false);
  const auto back = std::make_shared<ov::op::v1::Transpose>(attention, i64({4}, {0, 2, 1, 3}));
  const auto out = std::make_shared<ov::op::v1::Reshape>(back, i64({3}, {0, 0, 4}), true);
  return std::make_shared<ov::Model>(ov::ResultVector{std::make_shared<ov::op::v0::Result>(out)}, sinks,
                                     ov::ParameterVector{ids, positions, mask, beam});
}

// OpenVINO gives the operation's class to nobody, but its pass makes one.
std::shared_ptr<ov::Node> make_prototype() {
  const auto model = small_model();
  ov::pass::SDPAToPagedAttention().run_on_model(model);
  for (const auto &node : model->get_ops()) {
    if (std::string(node->get_type_name()) == "PagedAttentionExtension") return node;
  }
  throw std::runtime_error("no paged attention came of the conversion");
}

// The number of heads of keys or values, and their size. The cache's own rows may be longer, with factors in them.
void note_heads(ov::RTMap &notes, const char *count_name, const char *size_name, const ov::Output<ov::Node> &columns,
                const ov::Output<ov::Node> &cache) {
  const auto columns_shape = columns.get_partial_shape();
  const auto cache_shape = cache.get_partial_shape();
  if (columns_shape.rank().is_dynamic() || cache_shape.rank() != 4) throw BadArgument("a blob of another kind");
  const auto width = columns_shape[columns_shape.size() - 1];
  const auto heads = cache_shape[1];
  if (width.is_dynamic() || heads.is_dynamic() || heads.get_length() < 1 ||
      width.get_length() % heads.get_length() != 0) {
    throw BadArgument("a blob that does not say how large its heads are");
  }
  notes[count_name] = static_cast<size_t>(heads.get_length());
  notes[size_name] = static_cast<size_t>(width.get_length() / heads.get_length());
}

// Makes the operations of a blob, and notes of them what the blob lacks but shows.
class PagedAttentionFactory final : public ov::BaseOpExtension {
 public:
  PagedAttentionFactory() : prototype(make_prototype()), type(prototype->get_type_info()) {}

  const ov::DiscreteTypeInfo &get_type_info() const override { return type; }
  std::vector<ov::Extension::Ptr> get_attached_extensions() const override { return {}; }

  ov::OutputVector create(const ov::OutputVector &inputs, ov::AttributeVisitor &visitor) const override {
    if (inputs.size() < 5) throw BadArgument("paged attention without a cache");
    const auto node = prototype->clone_with_new_inputs(inputs);
    if (node->visit_attributes(visitor)) node->validate_and_infer_types();
    auto &notes = node->get_rt_info();
    note_heads(notes, "num_k_heads", "k_head_size", inputs[1], inputs[3]);
    note_heads(notes, "num_v_heads", "v_head_size", inputs[2], inputs[4]);
    return node->outputs();
  }

 private:
  const std::shared_ptr<ov::Node> prototype;
  const ov::DiscreteTypeInfo type;
};

}  // namespace

void fill_paged_import(ovb_table &table) {
  table.core_read_paged_blobs = [](ovb_core *core) {
    return guarded([&] {
      std::call_once(core->paged_attention,
                     [&] { core->core.add_extension(std::make_shared<PagedAttentionFactory>()); });
    });
  };
}

}  // namespace bridge
