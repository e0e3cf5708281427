//! Moves, constants, variables.

use crate::runtime::interp::frame::{info, word};
use crate::runtime::interp::handlers::{cell, handlers};
use crate::runtime::interp::machine::{Machine, counted};
use crate::runtime::interp::ops::name;
use crate::runtime::value::{Value, bits};

/// The constant that the 16-bit operand names.
///
/// # Safety
/// The instruction has such an operand.
#[inline(always)]
pub unsafe fn constant(m: Machine) -> u64 {
    // SAFETY: as promised.
    unsafe { *m.frame().function().consts.get().add(m.n16()).cast::<u64>() }
}

handlers! {
    /// Nothing.
    nop(m) { m.next(0) }
    /// `A = B`
    move_(m) {
        let value = m.take(m.b());
        m.put(m.a(), value, 0)
    }
    /// `A = B`, a local, into a dead temporary.
    move_local(m) {
        m.fill(m.a(), counted(m.bits(m.b())));
        m.next(0)
    }
    /// The same, and what follows: another one.
    move_locals(m) {
        m.fill(m.a(), counted(m.bits(m.b())));
        let m = Machine { pc: m.pc.add(1), ..m };
        m.fill(m.a(), counted(m.bits(m.b())));
        m.next(0)
    }
    /// `A = B`, which stays.
    copy(m) { m.put(m.a(), counted(m.bits(m.b())), 0) }
    /// `A = constant`
    load_const(m) {
        m.put(m.a(), counted(constant(m)), 0)
    }
    /// `A = constant`, into a dead temporary.
    load_const_temp(m) {
        m.fill(m.a(), counted(constant(m)));
        m.next(0)
    }
    /// `A = constant`, wide index.
    load_const_x(m) {
        let value = *m.frame().function().consts.get().add(m.extra(0) as usize).cast::<u64>();
        m.put(m.a(), counted(value), 1)
    }
    /// `A = small int`
    load_int(m) { m.put(m.a(), ((m.i16() as u64) << 1) | 1, 0) }
    /// `A = small int`, into a dead temporary.
    load_int_temp(m) {
        m.fill(m.a(), ((m.i16() as u64) << 1) | 1);
        m.next(0)
    }
    /// `A = None`
    load_none(m) { m.put(m.a(), bits::NONE, 0) }
    /// `A = True`
    load_true(m) { m.put(m.a(), bits::TRUE, 0) }
    /// `A = False`
    load_false(m) { m.put(m.a(), bits::FALSE, 0) }
    /// `A = Ellipsis`
    load_ellipsis(m) { m.put(m.a(), bits::ELLIPSIS, 0) }
    /// Unbinds A.
    clear(m) { m.put(m.a(), bits::UNBOUND, 0) }
    /// A must be bound.
    check_bound(m) {
        if m.bits(m.a()) == bits::UNBOUND {
            return m.fail(|vm, at| name::unbound(vm, at, at.a() as isize));
        }
        m.next(0)
    }
    /// `A = far register`
    load_far(m) { m.put(m.a(), counted(m.bits(m.i16())), 0) }
    /// `A = far register`, which is left unbound.
    take_far(m) {
        let value = m.swap(m.i16(), bits::UNBOUND);
        m.put(m.a(), value, 0)
    }
    /// `far register = A`
    store_far(m) {
        let value = m.take(m.a());
        m.put(m.i16(), value, 0)
    }
    /// A far register must be bound.
    check_bound_far(m) {
        if m.bits(m.i16()) == bits::UNBOUND {
            return m.fail(|vm, at| name::unbound(vm, at, at.i16()));
        }
        m.next(0)
    }
    /// Unbinds a far register.
    delete_far(m) { m.put(m.i16(), bits::UNBOUND, 0) }

    /// `A = global` that is no builtin.
    load_global_plain(m) {
        if m.frame().function().globals.current_version() != m.extra(0) {
            return m.slow(4, name::load_global);
        }
        m.put(m.a(), counted(*(m.extra_pair(2) as *const u64)), 4)
    }
    /// The same into a dead temporary.
    load_global_temp(m) {
        if m.frame().function().globals.current_version() != m.extra(0) {
            return m.slow(4, name::load_global);
        }
        m.fill(m.a(), counted(*(m.extra_pair(2) as *const u64)));
        m.next(4)
    }
    /// `A = global or builtin`
    load_global(m) {
        let function = m.frame().function();
        if !function.globals.current_version() != m.extra(0)
            || !function.builtins.current_version() != m.extra(1)
        {
            return m.slow(4, name::load_global);
        }
        m.put(m.a(), counted(*(m.extra_pair(2) as *const u64)), 4)
    }
    /// `A = name`
    load_name(m) {
        let frame = m.frame();
        let function = frame.function();
        if frame.is(info::NAMESPACE)
            && frame.get(word::NAMESPACE) == function.globals.address()
            && !function.globals.current_version() == m.extra(0)
            && (m.extra(1) == 0 || !function.builtins.current_version() == m.extra(1))
        {
            return m.put(m.a(), counted(*(m.extra_pair(2) as *const u64)), 4);
        }
        m.slow(4, name::load_name)
    }
    /// `A = content of the cell in B`
    load_deref(m) {
        let value = cell(m, m.b()).content.get().to_bits();
        if value == bits::UNBOUND {
            return m.fail(|vm, at| name::empty_cell(vm, at, at.b() as isize));
        }
        m.put(m.a(), counted(value), 0)
    }
    /// `content of the cell in A = B`
    store_deref(m) {
        let value = m.take(m.b());
        let old = cell(m, m.a()).content.replace(Value::from_bits(value)).into_bits();
        m.drop_next(0, old)
    }
    /// `A = content of a closure cell`
    load_free(m) {
        let value = name::free_cell(m.at(), m.n16()).content.get().to_bits();
        if value == bits::UNBOUND {
            return m.fail(name::empty_free);
        }
        m.put(m.a(), counted(value), 0)
    }
    /// `content of a closure cell = A`
    store_free(m) {
        let value = m.take(m.a());
        let old = name::free_cell(m.at(), m.n16()).content.replace(Value::from_bits(value)).into_bits();
        m.drop_next(0, old)
    }
}
