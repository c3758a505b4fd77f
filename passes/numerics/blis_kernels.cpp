// BLIS knows processors by family and model, and hands the ones that came after it (0.9: AMD's Zen 5) its plain C kernels,
// a third as fast as those for AVX2 or AVX-512, which they run as well. The linker puts this answer in front of BLIS's own
// (--wrap, see CMakeLists.txt), so that no environment variable of the host is needed.
#include <blis.h>

extern "C" {

arch_t __real_bli_cpuid_query_id(void);
arch_t __wrap_bli_cpuid_query_id(void);

arch_t __wrap_bli_cpuid_query_id(void) {
  const arch_t known = __real_bli_cpuid_query_id();
#if defined(__x86_64__)
  if (known != BLIS_ARCH_GENERIC) return known;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512) return BLIS_ARCH_SKX;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return BLIS_ARCH_HASWELL;
#endif
  return known;
}

}  // extern "C"
