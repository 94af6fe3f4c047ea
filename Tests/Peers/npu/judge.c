// Compiles a model with the NPU compiler that ships in OpenVINO's Windows wheel. Needs Wine, and no NPU.
//
//     judge.exe MODEL.xml WEIGHTS.bin OUT.blob [KEY VALUE] ...
//
// Paths are Windows paths; the properties are those that a program on a laptop would give. The plugin's own log goes to
// stdout as it comes; what this program has to say is a line of JSON beginning with {"judge":
//
//     {"judge":"openvino","build":"2026.4.1-..."}
//     {"judge":"compiled","seconds":12.3,"peak_bytes":123}     or {"judge":"failed","step":"compile","error":"..."}
//     {"judge":"exported","blob_bytes":123}

// clang-format off: each of these needs what the one before it defines.
#include <windows.h>
#include <psapi.h>
#include <openvino/c/openvino.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAXIMUM_PROPERTY_COUNT = 24 };

static void print_quoted(const char* text) {
  putchar('"');
  for (; text && *text; text++) {
    unsigned char byte = (unsigned char)*text;
    if (byte == '"' || byte == '\\') {
      printf("\\%c", byte);
    } else if (byte < 0x20 || byte >= 0x7f) {
      printf("\\u%04x", byte);
    } else {
      putchar(byte);
    }
  }
  putchar('"');
}

static int failed(const char* step, ov_status_e status) {
  printf("\n{\"judge\":\"failed\",\"step\":\"%s\",\"status\":%d,\"error\":", step, (int)status);
  print_quoted(ov_get_last_err_msg());
  printf("}\n");
  return 1;
}

// Seconds by the machine's clock.
static double now(void) {
  LARGE_INTEGER count, frequency;
  QueryPerformanceCounter(&count);
  QueryPerformanceFrequency(&frequency);
  return (double)count.QuadPart / (double)frequency.QuadPart;
}

static unsigned long long peak_byte_count(void) {
  PROCESS_MEMORY_COUNTERS counters;
  if (!K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)) return 0;
  return counters.PeakWorkingSetSize;
}

int main(int count, char** words) {
  if (count < 4 || (count - 4) % 2 || (count - 4) / 2 > MAXIMUM_PROPERTY_COUNT) {
    fprintf(stderr, "judge.exe MODEL.xml WEIGHTS.bin OUT.blob [KEY VALUE] ... (at most %d pairs)\n",
            MAXIMUM_PROPERTY_COUNT);
    return 64;
  }
  setvbuf(stdout, NULL, _IONBF, 0);
  ov_version_t version;
  ov_status_e status = ov_get_openvino_version(&version);
  if (status != OK) return failed("version", status);
  printf("\n{\"judge\":\"openvino\",\"build\":\"%s\"}\n", version.buildNumber);
  ov_core_t* core = NULL;
  if ((status = ov_core_create(&core)) != OK) return failed("start", status);
  ov_model_t* model = NULL;
  if ((status = ov_core_read_model(core, words[1], words[2], &model)) != OK) return failed("read", status);

  // The C interface takes properties as variable arguments only: all places are given, of which it reads so many.
  char* p[2 * MAXIMUM_PROPERTY_COUNT] = {0};
  size_t given = (size_t)count - 4;
  for (size_t i = 0; i < given; i++) p[i] = words[4 + i];
  double start = now();
  ov_compiled_model_t* compiled = NULL;
  status = ov_core_compile_model(
      core, model, "NPU", given, &compiled, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11],
      p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25], p[26], p[27],
      p[28], p[29], p[30], p[31], p[32], p[33], p[34], p[35], p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43],
      p[44], p[45], p[46], p[47]);
  if (status != OK) return failed("compile", status);
  printf("\n{\"judge\":\"compiled\",\"seconds\":%.2f,\"peak_bytes\":%llu}\n", now() - start, peak_byte_count());
  if ((status = ov_compiled_model_export_model(compiled, words[3])) != OK) return failed("export", status);
  struct _stat64 file;
  if (_stat64(words[3], &file) != 0) return failed("stat", GENERAL_ERROR);
  printf("\n{\"judge\":\"exported\",\"blob_bytes\":%lld}\n", (long long)file.st_size);
  // Nothing is released: without a driver, taking the plugin down may fail where all that was asked for is done.
  fflush(stdout);
  ExitProcess(0);
}
