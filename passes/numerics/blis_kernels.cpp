// One set of BLIS's kernels for every processor with AVX2, so that they all give the same digits. BLIS itself goes by family
// and model: processors that came after it (0.9: AMD's Zen 5) get its plain C kernels, a third as fast; and those for
// AVX-512 sum in an order that depends on where in memory a vector happens to lie, so that no two runs need agree. The
// linker puts this answer in front of BLIS's own (--wrap, see CMakeLists.txt): no environment variable of the host is set.
#include <blis.h>

extern "C" {

arch_t __real_bli_cpuid_query_id(void);
arch_t __wrap_bli_cpuid_query_id(void);

arch_t __wrap_bli_cpuid_query_id(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return BLIS_ARCH_HASWELL;
#endif
  return __real_bli_cpuid_query_id();
}

}  // extern "C"
