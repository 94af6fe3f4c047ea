// Compiled models, and their blobs.
#include <fstream>

#include "Handles.hpp"

namespace bridge {

namespace {

void fill_blobs(ovb_table &table) {
  table.compiled_import = [](ovb_core *core, const ovb_tensor *blob, const char *device,
                             const ovb_property *properties, size_t count, ovb_compiled **out) {
    return guarded([&] {
      const auto map = properties_of(properties, count);
      *out = new ovb_compiled{core->core.import_model(blob->tensor, device, map)};
    });
  };
  table.compiled_export = [](const ovb_compiled *compiled, const char *path) {
    return guarded([&] {
      // A file and not the caller's function: plugins go back to complete their header.
      std::ofstream file(path, std::ios::binary | std::ios::trunc);
      if (!file) throw BadArgument("the file cannot be created");
      compiled->compiled.export_model(file);
      file.flush();
      if (!file.good()) throw std::runtime_error("the file could not be written");
    });
  };
}

}  // namespace

void fill_compiled(ovb_table &table) {
  fill_blobs(table);
  table.compile = [](ovb_core *core, const ovb_model *model, const char *device,
                     const ovb_property *properties, size_t count, ovb_compiled **out) {
    return guarded([&] {
      const auto map = properties_of(properties, count);
      *out = new ovb_compiled{core->core.compile_model(model->model, device, map)};
    });
  };
  table.compiled_release = [](ovb_compiled *compiled) { guarded([&] { delete compiled; }); };
  table.compiled_port_count = [](const ovb_compiled *compiled, ovb_direction direction, size_t *out) {
    return guarded([&] {
      const auto &model = compiled->compiled;
      *out = direction == OVB_INPUT ? model.inputs().size() : model.outputs().size();
    });
  };
  table.compiled_port = [](const ovb_compiled *compiled, ovb_direction direction, size_t index,
                           ovb_port *out, ovb_list **names) {
    return guarded([&] {
      const auto &model = compiled->compiled;
      const auto &port = (direction == OVB_INPUT ? model.inputs() : model.outputs()).at(index);
      ovb_port description;
      describe(&description, port.get_element_type(), port.get_partial_shape());
      give(names, names_of(port));
      *out = description;
    });
  };
  table.compiled_property = [](const ovb_compiled *compiled, const char *key, ovb_list **out) {
    return guarded([&] { give(out, {text_of(compiled->compiled.get_property(key))}); });
  };
  table.compiled_operations = [](const ovb_compiled *compiled, ovb_list **out) {
    return guarded([&] { give(out, operations_of(*compiled->compiled.get_runtime_model())); });
  };
}

}  // namespace bridge
