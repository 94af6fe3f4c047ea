// The core: devices, their properties, extensions.
#include "Handles.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/version.hpp"
#pragma clang diagnostic pop

namespace bridge {

void fill_core(ovb_table &table) {
  table.runtime_version = [](ovb_list **out) {
    return guarded([&] { give(out, {ov::get_openvino_version().buildNumber}); });
  };
  table.core_create = [](ovb_core **out) { return guarded([&] { *out = new ovb_core(); }); };
  table.core_release = [](ovb_core *core) { guarded([&] { delete core; }); };
  table.core_devices = [](ovb_core *core, ovb_list **out) {
    return guarded([&] { give(out, core->core.get_available_devices()); });
  };
  table.core_versions = [](ovb_core *core, const char *device, ovb_list **out) {
    return guarded([&] {
      std::vector<std::string> items;
      for (const auto &[name, version] : core->core.get_versions(device)) {
        items.emplace_back(version.description ? version.description : name);
        items.emplace_back(version.buildNumber ? version.buildNumber : "");
      }
      give(out, std::move(items));
    });
  };
  table.core_property = [](ovb_core *core, const char *device, const char *key, ovb_list **out) {
    return guarded([&] {
      const std::string name = device;
      const auto value = name.empty() ? core->core.get_property(key)
                                      : core->core.get_property(name, key, ov::AnyMap{});
      give(out, {text_of(value)});
    });
  };
  table.core_set_properties = [](ovb_core *core, const char *device, const ovb_property *properties,
                                 size_t count) {
    return guarded([&] {
      const std::string name = device;
      const auto map = properties_of(properties, count);
      name.empty() ? core->core.set_property(map) : core->core.set_property(name, map);
    });
  };
  table.core_add_extension = [](ovb_core *core, const char *path) {
    return guarded([&] { core->core.add_extension(std::string(path)); });
  };
  table.core_supported = [](ovb_core *core, const ovb_model *model, const char *device,
                            const ovb_property *properties, size_t count, ovb_list **out) {
    return guarded([&] {
      std::vector<std::string> names;
      for (const auto &[name, where] :
           core->core.query_model(model->model, device, properties_of(properties, count))) {
        names.push_back(name);
      }
      give(out, std::move(names));
    });
  };
}

}  // namespace bridge
