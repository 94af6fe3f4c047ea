// Models: reading, inspecting and reshaping.
#include "Handles.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/graph_util.hpp"
#include "openvino/op/util/variable.hpp"
#pragma clang diagnostic pop

namespace bridge {

namespace {

std::vector<std::string> path_of(const char *const *path, size_t count) {
  return std::vector<std::string>(path, path + count);
}

std::vector<ov::Output<const ov::Node>> ports_of(const ov::Model &model, ovb_direction direction) {
  return direction == OVB_INPUT ? model.inputs() : model.outputs();
}

void fill_reading(ovb_table &table) {
  table.model_read = [](ovb_core *core, const char *xml, const char *weights, ovb_model **out) {
    return guarded([&] {
      const std::string path = xml, beside = weights ? weights : "";
      *out = new ovb_model{core->core.read_model(path, beside)};
    });
  };
  table.model_read_memory = [](ovb_core *core, const char *xml, size_t size, const ovb_tensor *weights,
                               ovb_model **out) {
    return guarded([&] {
      const auto tensor = weights ? weights->tensor : ov::Tensor(ov::element::u8, ov::Shape{0});
      *out = new ovb_model{core->core.read_model(std::string(xml, size), tensor)};
    });
  };
  table.model_clone = [](const ovb_model *model, ovb_model **out) {
    return guarded([&] { *out = new ovb_model{model->model->clone()}; });
  };
  table.model_release = [](ovb_model *model) { guarded([&] { delete model; }); };
  table.model_serialize = [](const ovb_model *model, const char *xml, const char *weights) {
    return guarded([&] {
      const std::shared_ptr<const ov::Model> source = model->model;
      ov::serialize(source, std::string(xml), std::string(weights));
    });
  };
}

void fill_information(ovb_table &table) {
  table.model_information = [](const ovb_model *model, const char *const *path, size_t count,
                               ovb_list **out) {
    return guarded([&] {
      const auto names = path_of(path, count);
      if (!model->model->has_rt_info(names)) return give(out, {});
      give(out, {model->model->get_rt_info<ov::Any>(names).as<std::string>()});
    });
  };
  table.model_set_information = [](ovb_model *model, const char *const *path, size_t count,
                                   const char *value) {
    return guarded([&] { model->model->set_rt_info(std::string(value), path_of(path, count)); });
  };
  table.model_operations = [](const ovb_model *model, ovb_list **out) {
    return guarded([&] { give(out, operations_of(*model->model)); });
  };
}

}  // namespace

void fill_model(ovb_table &table) {
  fill_reading(table);
  fill_information(table);
  table.model_port_count = [](const ovb_model *model, ovb_direction direction, size_t *out) {
    return guarded([&] {
      const ov::Model &source = *model->model;
      *out = direction == OVB_INPUT ? source.get_parameters().size() : source.get_results().size();
    });
  };
  table.model_port = [](const ovb_model *model, ovb_direction direction, size_t index, ovb_port *out,
                        ovb_list **names) {
    return guarded([&] {
      const auto port = ports_of(*model->model, direction).at(index);
      ovb_port description;
      describe(&description, port.get_element_type(), port.get_partial_shape());
      give(names, names_of(port));
      *out = description;
    });
  };
  table.model_variable_count = [](const ovb_model *model, size_t *out) {
    return guarded([&] { *out = model->model->get_variables().size(); });
  };
  table.model_variable = [](const ovb_model *model, size_t index, ovb_port *out, ovb_list **identity) {
    return guarded([&] {
      const auto info = model->model->get_variables().at(index)->get_info();
      ovb_port description;
      describe(&description, info.data_type, info.data_shape);
      give(identity, {info.variable_id});
      *out = description;
    });
  };
  table.model_reshape = [](ovb_model *model, const char *const *names, const ovb_port *shapes,
                           size_t count) {
    return guarded([&] {
      std::map<std::string, ov::PartialShape> map;
      for (size_t i = 0; i < count; i++) map[names[i]] = shape_of(shapes[i]);
      model->model->reshape(map);
    });
  };
}

}  // namespace bridge
