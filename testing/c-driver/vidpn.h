/*
 * The one mode of the driver in this folder, and what VidPNs have to do with it.
 */
#include "display.h"

#define WIDTH 1024
#define HEIGHT 768
#define PITCH (WIDTH * 4)

/*
 * Looks at the one path that a VidPN can have here. Lit: there is one. Ours: its source is pinned
 * to the mode, or to none. With a pivot, offers what is neither pinned nor the pivot.
 */
NTSTATUS Look(const DXGKRNL_INTERFACE *Dxgkrnl, D3DKMDT_HVIDPN Handle,
              const DXGKARG_ENUMVIDPNCOFUNCMODALITY *Enum, BOOLEAN *Lit, BOOLEAN *Ours);
