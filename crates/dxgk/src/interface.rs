//! DXGKRNL_INTERFACE: what dxgkrnl hands to DxgkDdiStartDevice, checked once and then called through typed methods.
//!
//! [`Dxgkrnl`] is the part that interrupt routines and synchronized closures use; [`Interface`] is the rest.

use core::ffi::c_void;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

use dxgk_sys::{
    BOOLEAN, D3DKMDT_HVIDPN, DXGK_CHILD_STATUS, DXGK_DEVICE_INFO, DXGK_VIDPN_INTERFACE,
    DXGK_VIDPN_INTERFACE_VERSION_V1, DXGK_WHICHSPACE_CONFIG, DXGKDDI_INTERFACE_VERSION_WIN8,
    DXGKRNL_INTERFACE, FALSE, HANDLE, MmNonCached, NTSTATUS, PHYSICAL_ADDRESS, StatusConnection,
};

use crate::announced::Announced;
use crate::check::{Checks, DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::id::{ChildUid, Counts};
use crate::interrupt::Dxgkrnl;
use crate::irql::{AtMostDispatch, Passive};
use crate::kernel::Kernel;
use crate::lifetime::Life;
use crate::post_display::PostDisplay;
use crate::resources::{MemoryRange, Resources};
use crate::status::Status;

#[cfg(all(test, not(loom)))]
#[path = "interface_tests.rs"]
mod tests;

/// Why a DXGKRNL_INTERFACE can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterfaceError {
    /// No interface was passed.
    Absent,
    /// Its version is older than WIN8.
    Version(u32),
    /// A callback that a display-only driver can't do without is NULL.
    CallbackAbsent(&'static str),
}

impl core::fmt::Display for InterfaceError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Absent => f.write_str("dxgkrnl passed no DXGKRNL_INTERFACE"),
            Self::Version(version) => write!(
                f,
                "DXGKRNL_INTERFACE has version {version:#x}, expected at least {DXGKDDI_INTERFACE_VERSION_WIN8:#x}"
            ),
            Self::CallbackAbsent(name) => write!(f, "{name} is NULL in DXGKRNL_INTERFACE"),
        }
    }
}

impl core::error::Error for InterfaceError {}

/// The services of dxgkrnl for one started adapter.
///
/// It is good from DxgkDdiStartDevice until the adapter is stopped, and is lent for no longer than that.
pub struct Interface<K: Kernel> {
    table: DXGKRNL_INTERFACE,
    port: Dxgkrnl,
    life: Life,
    announced: Announced,
    kernel: PhantomData<fn() -> K>,
}

// SAFETY: a table of functions and a handle that may be used from any thread.
unsafe impl<K: Kernel> Send for Interface<K> {}
// SAFETY: as above.
unsafe impl<K: Kernel> Sync for Interface<K> {}

impl<K: Kernel> core::fmt::Debug for Interface<K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Interface")
            .field("version", &self.table.Version)
            .finish_non_exhaustive()
    }
}

impl<K: Kernel> Interface<K> {
    /// Checks and copies the interface: the part of it that version WIN8 has, never more. What a shorter one lacks counts as
    /// NULL.
    ///
    /// # Safety
    ///
    /// `table` is NULL or what dxgkrnl passed to DxgkDdiStartDevice.
    ///
    /// # Errors
    ///
    /// [`InterfaceError`] says what is missing.
    pub(crate) unsafe fn take(
        table: *const DXGKRNL_INTERFACE,
        life: Life,
    ) -> Result<Self, InterfaceError> {
        let checks = Checks::of::<K>();
        if table.is_null() {
            return Err(InterfaceError::Absent);
        }
        // SAFETY: not NULL, so at least Size and Version are there.
        let (found, version) = unsafe {
            (
                (&raw const (*table).Size).read(),
                (&raw const (*table).Version).read(),
            )
        };
        if version < DXGKDDI_INTERFACE_VERSION_WIN8 {
            return Err(InterfaceError::Version(version));
        }
        let table = {
            // Whole pointers only.
            let known = size_of::<DXGKRNL_INTERFACE>().min(found as usize);
            let known = known & !(size_of::<usize>() - 1);
            let mut copy = DXGKRNL_INTERFACE::default();
            // SAFETY: the port's interface has that many bytes, and so has the copy, whose callbacks are None where they are zero.
            unsafe {
                let to = (&raw mut copy).cast::<u8>();
                to.copy_from_nonoverlapping(table.cast(), known);
            }
            copy
        };
        fn present<F>(callback: Option<F>, name: &'static str) -> Result<F, InterfaceError> {
            callback.ok_or(InterfaceError::CallbackAbsent(name))
        }
        present(
            table.DxgkCbGetDeviceInformation,
            "DxgkCbGetDeviceInformation",
        )?;
        present(table.DxgkCbIndicateChildStatus, "DxgkCbIndicateChildStatus")?;
        present(table.DxgkCbMapMemory, "DxgkCbMapMemory")?;
        present(table.DxgkCbUnmapMemory, "DxgkCbUnmapMemory")?;
        present(table.DxgkCbReadDeviceSpace, "DxgkCbReadDeviceSpace")?;
        present(table.DxgkCbWriteDeviceSpace, "DxgkCbWriteDeviceSpace")?;
        present(table.DxgkCbQueryVidPnInterface, "DxgkCbQueryVidPnInterface")?;
        let port = Dxgkrnl {
            handle: table.DeviceHandle,
            synchronize: present(
                table.DxgkCbSynchronizeExecution,
                "DxgkCbSynchronizeExecution",
            )?,
            notify_interrupt: present(table.DxgkCbNotifyInterrupt, "DxgkCbNotifyInterrupt")?,
            queue_dpc: present(table.DxgkCbQueueDpc, "DxgkCbQueueDpc")?,
            notify_dpc: present(table.DxgkCbNotifyDpc, "DxgkCbNotifyDpc")?,
            checks,
            life,
        };
        Ok(Self {
            table,
            port,
            life,
            announced: Announced::nothing(),
            kernel: PhantomData,
        })
    }

    pub(crate) const fn port(&self) -> &Dxgkrnl {
        &self.port
    }

    /// What the adapter has announced, and what was committed.
    pub(crate) const fn announced(&self) -> &Announced {
        &self.announced
    }

    /// How many sources and children the adapter has announced.
    pub(crate) fn counts(&self) -> Counts {
        self.announced.counts()
    }

    /// How long this is good.
    pub(crate) const fn life(&self) -> Life {
        self.life
    }

    /// What unmaps a range of registers later, when only that is left of the interface.
    pub(crate) const fn unmapper(&self) -> Unmapper {
        Unmapper {
            handle: self.table.DeviceHandle,
            call: self.table.DxgkCbUnmapMemory,
            life: self.life,
        }
    }

    /// The adapter's translated resources (DxgkCbGetDeviceInformation).
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_get_device_information).
    ///
    /// # Errors
    ///
    /// The port's status.
    pub fn resources(&self, _: &Passive<'_>) -> Result<Resources, Status> {
        self.port
            .checks
            .at_most(PASSIVE_LEVEL, "DxgkCbGetDeviceInformation");
        let call = self
            .table
            .DxgkCbGetDeviceInformation
            .ok_or(Status::NOT_SUPPORTED)?;
        let mut information = DXGK_DEVICE_INFO::default();
        // SAFETY: our handle, our structure.
        Status::check(unsafe { call(self.table.DeviceHandle, &raw mut information) })?;
        // SAFETY: the list is the port's, valid at least until this DDI returns.
        Ok(unsafe { Resources::read(information.TranslatedResourceList, self.life) })
    }

    /// Reads PCI configuration space (DxgkCbReadDeviceSpace); fills all of `to` or fails.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_read_device_space).
    ///
    /// # Errors
    ///
    /// The port's status, or STATUS_UNSUCCESSFUL if it moved another number of bytes.
    pub fn read_config(&self, offset: u32, to: &mut [u8], _: &Passive<'_>) -> Result<(), Status> {
        self.port
            .checks
            .at_most(PASSIVE_LEVEL, "DxgkCbReadDeviceSpace");
        let call = self
            .table
            .DxgkCbReadDeviceSpace
            .ok_or(Status::NOT_SUPPORTED)?;
        let length = u32::try_from(to.len()).map_err(|_| Status::INVALID_PARAMETER)?;
        let mut moved = 0;
        // SAFETY: the buffer has `length` bytes.
        let status = unsafe {
            call(
                self.table.DeviceHandle,
                DXGK_WHICHSPACE_CONFIG,
                to.as_mut_ptr().cast(),
                offset,
                length,
                &raw mut moved,
            )
        };
        Status::check(status)?;
        if moved == length {
            Ok(())
        } else {
            Err(Status::UNSUCCESSFUL)
        }
    }

    /// Writes PCI configuration space (DxgkCbWriteDeviceSpace).
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_write_device_space).
    ///
    /// # Errors
    ///
    /// The port's status, or STATUS_UNSUCCESSFUL if it moved another number of bytes.
    pub fn write_config(&self, offset: u32, from: &[u8], _: &Passive<'_>) -> Result<(), Status> {
        self.port
            .checks
            .at_most(PASSIVE_LEVEL, "DxgkCbWriteDeviceSpace");
        let call = self
            .table
            .DxgkCbWriteDeviceSpace
            .ok_or(Status::NOT_SUPPORTED)?;
        let length = u32::try_from(from.len()).map_err(|_| Status::INVALID_PARAMETER)?;
        let mut moved = 0;
        // SAFETY: the port only reads from the buffer, which has `length` bytes.
        let status = unsafe {
            call(
                self.table.DeviceHandle,
                DXGK_WHICHSPACE_CONFIG,
                from.as_ptr().cast_mut().cast(),
                offset,
                length,
                &raw mut moved,
            )
        };
        Status::check(status)?;
        if moved == length {
            Ok(())
        } else {
            Err(Status::UNSUCCESSFUL)
        }
    }

    /// Reports that a monitor came or went (DxgkCbIndicateChildStatus, StatusConnection).
    ///
    /// IRQL: at most DISPATCH_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_indicate_child_status).
    ///
    /// # Errors
    ///
    /// The port's status. STATUS_INVALID_PARAMETER for a child that the adapter has not announced, which is every child
    /// until DxgkDdiStartDevice has succeeded.
    pub fn indicate_connection(
        &self,
        child: ChildUid,
        connected: bool,
        _: &impl AtMostDispatch,
    ) -> Result<(), Status> {
        self.port
            .checks
            .at_most(DISPATCH_LEVEL, "DxgkCbIndicateChildStatus");
        let call = self
            .table
            .DxgkCbIndicateChildStatus
            .ok_or(Status::NOT_SUPPORTED)?;
        if child.number() >= self.counts().children {
            return Err(Status::INVALID_PARAMETER);
        }
        let mut status = DXGK_CHILD_STATUS {
            Type: StatusConnection,
            ChildUid: child.number(),
            ..Default::default()
        };
        status.Anonymous.HotPlug.Connected = BOOLEAN::from(connected);
        // SAFETY: our handle, our structure.
        Status::check(unsafe { call(self.table.DeviceHandle, &raw mut status) })
    }

    /// Takes over the display that firmware or the basic display driver left lit (DxgkCbAcquirePostDisplayOwnership).
    /// Only from within DxgkDdiStartDevice, or DxgkDdiSetPowerState to D0. None if no display was lit.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/dispmprt/nc-dispmprt-dxgkcb_acquire_post_display_ownership).
    ///
    /// # Errors
    ///
    /// The port's status; no mode is set then.
    pub fn acquire_post_display_ownership(
        &self,
        _: &Passive<'_>,
    ) -> Result<Option<PostDisplay>, Status> {
        self.port
            .checks
            .at_most(PASSIVE_LEVEL, "DxgkCbAcquirePostDisplayOwnership");
        let call = self
            .table
            .DxgkCbAcquirePostDisplayOwnership
            .ok_or(Status::NOT_SUPPORTED)?;
        let mut information = PostDisplay::unknown();
        // SAFETY: our handle, our structure.
        Status::check(unsafe { call(self.table.DeviceHandle, &raw mut information) })?;
        Ok(PostDisplay::read(&information))
    }

    /// The functions of a VidPN (DxgkCbQueryVidPnInterface, version 1).
    pub(crate) fn vidpn(
        &self,
        vidpn: D3DKMDT_HVIDPN,
        _: &Passive<'_>,
    ) -> Result<NonNull<DXGK_VIDPN_INTERFACE>, Status> {
        self.port
            .checks
            .at_most(PASSIVE_LEVEL, "DxgkCbQueryVidPnInterface");
        let call = self
            .table
            .DxgkCbQueryVidPnInterface
            .ok_or(Status::NOT_SUPPORTED)?;
        let mut functions = ptr::null();
        // SAFETY: the handle came as an argument of the DDI that runs; our out-pointer.
        Status::check(unsafe { call(vidpn, DXGK_VIDPN_INTERFACE_VERSION_V1, &raw mut functions) })?;
        NonNull::new(functions.cast_mut()).ok_or(Status::GRAPHICS_INVALID_VIDPN)
    }

    pub(crate) fn map_memory(
        &self,
        range: MemoryRange,
        _: &Passive<'_>,
    ) -> Result<NonNull<u8>, Status> {
        self.port.checks.at_most(PASSIVE_LEVEL, "DxgkCbMapMemory");
        let call = self.table.DxgkCbMapMemory.ok_or(Status::NOT_SUPPORTED)?;
        let length = u32::try_from(range.length()).map_err(|_| Status::INVALID_PARAMETER)?;
        if length == 0 || !range.is_of(self.life) {
            return Err(Status::INVALID_PARAMETER);
        }
        let address = PHYSICAL_ADDRESS {
            QuadPart: range.start().cast_signed(),
        };
        let mut base = ptr::null_mut();
        // SAFETY: a range of the adapter's own translated resources; our out-pointer.
        let status = unsafe {
            call(
                self.table.DeviceHandle,
                address,
                length,
                FALSE,
                FALSE,
                MmNonCached,
                &raw mut base,
            )
        };
        Status::check(status)?;
        let base = NonNull::new(base.cast()).ok_or(Status::UNSUCCESSFUL)?;
        self.life.mapped();
        Ok(base)
    }
}

/// DxgkCbUnmapMemory of one adapter's life.
#[derive(Clone, Copy)]
pub(crate) struct Unmapper {
    handle: HANDLE,
    call: Option<unsafe extern "system" fn(HANDLE, *mut c_void) -> NTSTATUS>,
    life: Life,
}

// SAFETY: a handle and a function that may be used from any thread.
unsafe impl Send for Unmapper {}
// SAFETY: as above.
unsafe impl Sync for Unmapper {}

impl Unmapper {
    /// Whether the adapter has not been stopped.
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        self.life.is_alive()
    }

    /// Unmaps `base`, unless the adapter has been stopped: its handle is no longer good then.
    ///
    /// # Safety
    ///
    /// `base` is from [`Interface::map_memory`] of the same interface, is unmapped once, and not used any more.
    pub(crate) unsafe fn unmap(&self, base: NonNull<u8>) {
        self.life.unmapped(|| {
            if let Some(call) = self.call {
                // SAFETY: the caller answers for the address; the life answers for the handle.
                let _ = unsafe { call(self.handle, base.as_ptr().cast()) };
            }
        });
    }
}
