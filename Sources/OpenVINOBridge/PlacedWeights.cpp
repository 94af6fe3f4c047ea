// Weights in place: what the table offers of it.
#include <fstream>
#include <sstream>

#include "ChainOperation.hpp"
#include "ExpertsOperation.hpp"
#include "Handles.hpp"
#include "LinearOperation.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/op_extension.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

// The text of a file.
std::string contents(const char *path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file.good() || !text.good()) throw std::runtime_error(std::string(path) + " cannot be read");
  return text.str();
}

// A tensor over the mapped file. Constants of a model only look at it, and the file stays mapped.
ov::Tensor tensor_of(const WeightFile &file) {
  return ov::Tensor(ov::element::u8, ov::Shape{file.size()}, const_cast<uint8_t *>(file.data()));
}

}  // namespace

void fill_placed_weights(ovb_table &table) {
  table.core_provide_weights = [](ovb_core *core, const char *identity, const char *path) {
    return guarded([&] {
      std::call_once(core->placed_weights, [&] {
        core->core.add_extension<Linear>();
        core->core.add_extension<Embedding>();
        core->core.add_extension<Chain>();
        core->core.add_extension<Experts>();
      });
      provide_weights(identity, path);
    });
  };
  table.core_withdraw_weights = [](ovb_core *, const char *identity) { withdraw_weights(identity); };
  table.model_read_provided = [](ovb_core *core, const char *xml, const char *identity, ovb_model **out) {
    return guarded([&] {
      const auto file = weights_of(identity);
      *out = new ovb_model{core->core.read_model(contents(xml), tensor_of(*file))};
    });
  };
  table.model_place_weights = [](ovb_model *model, const char *identity, int32_t exact, int32_t own_attention,
                                 size_t *counts, ovb_list **names) {
    return guarded([&] {
      const auto file = weights_of(identity);
      const auto placed = place_weights(*model->model, identity, file, exact != 0, own_attention != 0);
      if (placed.count != 0) model->model->validate_nodes_and_infer_types();
      give(names, {oven_linear_instruction_set()});
      counts[0] = placed.count;
      counts[1] = placed.bytes;
      counts[2] = placed.other_bytes;
    });
  };
}

}  // namespace bridge
