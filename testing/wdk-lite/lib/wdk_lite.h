/*
 * What the libraries in this folder share: the kernel's declarations, and a freestanding build's helpers.
 */
#ifndef WDK_LITE_H
#define WDK_LITE_H

#include <ntifs.h>
#include <ntddk.h>
#include <wdf.h>

/* What FxDriverEntry and WDFLDR.SYS exchange; Version is the framework's version the driver was built for. */
typedef struct _WDF_VERSION {
    ULONG Major;
    ULONG Minor;
    ULONG Build;
} WDF_VERSION;

typedef struct _WDF_BIND_INFO {
    ULONG Size;
    PWCHAR Component;
    WDF_VERSION Version;
    ULONG FuncCount;
    const WDFFUNC **FuncTable;
    PVOID Module;
} WDF_BIND_INFO, *PWDF_BIND_INFO;

#endif
