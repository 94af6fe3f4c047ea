// OpenVINO's headers are C++ and are included by OpenVINOBridge alone.
