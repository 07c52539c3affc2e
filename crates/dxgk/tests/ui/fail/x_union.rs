//! A mode of dxgkrnl's can't be made up, nor read: its union's arms are dxgkrnl's.
use dxgk::sys::{D3DKMDT_RMT_GRAPHICS, D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_SOURCE_MODE_Format};
use dxgk::vidpn::{GraphicsMode, SourceMode};

fn main() {
    let mode = D3DKMDT_VIDPN_SOURCE_MODE {
        Id: 0,
        Type: D3DKMDT_RMT_GRAPHICS,
        // The small arm: 4 of its 36 bytes. The rest is uninitialized.
        Format: D3DKMDT_VIDPN_SOURCE_MODE_Format { Text: 5 },
    };
    let _ = GraphicsMode::read(&mode);
    let _ = SourceMode::read(&mode);
}
