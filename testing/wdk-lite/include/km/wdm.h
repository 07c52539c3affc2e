/*
 * mingw-w64's <ddk/wdm.h>, and what it lacks of the WDK's wdm.h.
 *
 * For bindgen (through wdk-sys) and for the libraries in ../../lib. Only what the project or the crates under it name is added:
 * the names, values and signatures are those on the functions' pages of the Windows driver DDI reference. It adds nothing that
 * the WDK does not have, so that src/ compiles against either.
 */
#ifndef WDK_LITE_WDM_H
#define WDK_LITE_WDM_H

/* mingw-w64 has an inline function here; bindgen, as with the WDK, needs the exported one. */
#define KeGetCurrentIrql KeGetCurrentIrqlInline
/* <intrin.h> declares these as functions; defined as static ones after that, each object would define them for all. */
#include <ntdef.h>
#include <intrin.h>
#define InterlockedBitTestAndSet InterlockedBitTestAndSetInline
#define InterlockedBitTestAndReset InterlockedBitTestAndResetInline
/* Here the priority is an enumeration; in the WDK it is a number, which takes MdlMapping* flags besides. */
#define MmMapLockedPagesSpecifyCache MmMapLockedPagesSpecifyCacheEnumeration
#include <ddk/wdm.h>
#undef MmMapLockedPagesSpecifyCache
#undef InterlockedBitTestAndReset
#undef InterlockedBitTestAndSet
#undef KeGetCurrentIrql

#ifdef __cplusplus
extern "C" {
#endif

NTKERNELAPI KIRQL NTAPI KeGetCurrentIrql(VOID);

NTKERNELAPI PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                                     MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                                     ULONG BugCheckOnFailure, ULONG Priority);

/* ExAllocatePool2: Windows 10, version 2004. */
typedef ULONG64 POOL_FLAGS;
#define POOL_FLAG_REQUIRED_START        0x0000000000000001ULL
#define POOL_FLAG_USE_QUOTA             0x0000000000000001ULL
#define POOL_FLAG_UNINITIALIZED         0x0000000000000002ULL
#define POOL_FLAG_SESSION               0x0000000000000004ULL
#define POOL_FLAG_CACHE_ALIGNED         0x0000000000000008ULL
#define POOL_FLAG_RAISE_ON_FAILURE      0x0000000000000020ULL
#define POOL_FLAG_NON_PAGED             0x0000000000000040ULL
#define POOL_FLAG_NON_PAGED_EXECUTE     0x0000000000000080ULL
#define POOL_FLAG_PAGED                 0x0000000000000100ULL
#define POOL_FLAG_REQUIRED_END          0x0000000080000000ULL

NTKERNELAPI PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);

#ifdef __cplusplus
}
#endif

#endif
