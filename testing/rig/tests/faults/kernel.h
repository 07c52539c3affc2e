/* What the test drivers take of Windows' kernel, declared here so that they need no kit. */
typedef unsigned char UCHAR;
typedef unsigned short USHORT;
typedef unsigned int ULONG;
typedef unsigned long long ULONG64;
typedef long long LONG64;
typedef int NTSTATUS;

#define IMPORT __declspec(dllimport)
#define FAILED ((NTSTATUS)0xC0000001)
#define TAG 0x74736554
#define NON_PAGED 0x40

int _fltused;

#define CHECK(what) \
    do { \
        if (!(what)) { \
            DbgPrint("WRONG: line %d: %s\n", __LINE__, #what); \
        } \
    } while (0)

typedef struct {
    ULONG code;
    ULONG flags;
    void *next;
    void *address;
    ULONG parameters;
    ULONG64 information[15];
} EXCEPTION_RECORD;

typedef struct {
    char before[0x78];
    ULONG64 registers[16];
    ULONG64 rip;
} CONTEXT;

typedef struct {
    EXCEPTION_RECORD *record;
    CONTEXT *context;
} EXCEPTION_POINTERS;

typedef struct {
    USHORT length;
    USHORT most;
    USHORT *buffer;
} UNICODE_STRING;

typedef struct LIST {
    struct LIST *next;
    struct LIST *last;
} LIST;

typedef struct {
    ULONG64 words[8];
} OBJECT;

IMPORT ULONG DbgPrint(const char *format, ...);
IMPORT void ExRaiseStatus(NTSTATUS status);
IMPORT void ProbeForRead(const void *address, ULONG64 length, ULONG alignment);
IMPORT void *memcpy(void *to, const void *from, ULONG64 bytes);
IMPORT int strcmp(const char *one, const char *other);
