//! A handler for each instruction; see `machine` for what they are made of.

mod arith;
mod attrs;
mod calls;
pub mod classes;
mod generators;
mod jumps;
mod loops;
mod moves;
pub mod natives;

use crate::runtime::bytecode::ops::Op;
use crate::runtime::interp::function::CellObject;
use crate::runtime::interp::machine::{Handler, Machine, Table};
use crate::runtime::interp::ops::{arith as slow_arith, build, exc, iter, make, name, slice};
use crate::runtime::value::Obj;

/// Defines handlers: functions of the machine's state, which their bodies get under the name in the parentheses.
macro_rules! handlers {
    ($($(#[$doc:meta])* $name:ident($machine:ident) $body:block)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The state is that of a frame that runs, at this instruction.
        pub unsafe fn $name(
            pc: *const u32,
            base: *mut $crate::runtime::value::Value,
            vm: &$crate::runtime::object::vm::Vm,
            table: &$crate::runtime::interp::machine::Table,
        ) -> $crate::runtime::interp::machine::State {
            let $machine = $crate::runtime::interp::machine::Machine { pc, base, vm, table };
            // SAFETY: the compiler's `verify` has seen that operands name registers, constants and names of the code and that
            // jumps land on instructions; a register holds a live value or nothing.
            unsafe { $body }
        }
    )*};
}
use handlers;

/// Defines handlers that always do their work in `ops`: name, function, extra words.
macro_rules! slow_handlers {
    ($($name:ident => $function:path, $words:literal;)*) => {
        handlers! { $( #[doc = concat!("`", stringify!($function), "`")] $name(m) { m.slow($words, $function) } )* }
    };
}

slow_handlers! {
    build_tuple => build::build_tuple, 0;
    build_list => build::build_list, 0;
    build_set => build::build_set, 0;
    build_map => build::build_map, 0;
    build_string => build::build_string, 0;
    map_add => build::map_add, 0;
    list_extend => build::list_extend, 0;
    set_update => build::set_update, 0;
    dict_update => build::dict_update, 0;
    dict_merge => build::dict_merge, 0;
    list_to_tuple => build::list_to_tuple, 0;
    convert => build::convert, 0;
    format => build::format, 0;
    format_spec => build::format_spec, 0;
    build_interpolation => build::build_interpolation, 0;
    build_template => build::build_template, 0;
    unpack_ex => build::unpack_ex, 1;
    unpack_list => build::unpack_list, 2;
    delete_subscr => build::delete_subscr, 0;
    build_slice => build::build_slice, 0;
    subscr_slice => slice::subscr_slice, 0;
    store_slice => slice::store_slice, 0;
    make_function => make::make_function, 1;
    load_build_class => make::load_build_class, 0;
    load_common => make::load_common, 0;
    spill => make::spill, 1;
    unspill => make::unspill, 1;
    match_sequence => make::match_sequence, 0;
    match_mapping => make::match_mapping, 0;
    get_len => make::get_len, 0;
    match_keys => make::match_keys, 0;
    match_class => make::match_class, 1;
    import_name => make::import_name, 2;
    import_from => make::import_from, 1;
    import_star => make::import_star, 0;
    intrinsic1 => make::intrinsic1, 0;
    intrinsic2 => make::intrinsic2, 0;
    push_exc => exc::push_exc, 0;
    pop_exc => exc::pop_exc, 0;
    exc_match => exc::exc_match, 0;
    exc_star_match => exc::exc_star_match, 0;
    prep_reraise_star => exc::prep_reraise_star, 0;
    with_except => exc::with_except, 0;
    get_iter => iter::get_iter, 0;
    get_aiter => iter::get_aiter, 0;
    get_anext => iter::get_anext, 0;
    get_yield_from_iter => iter::get_yield_from_iter, 0;
    delete_fast => name::delete_fast, 0;
    store_global => name::store_global, 2;
    delete_global => name::delete_global, 0;
    store_name => name::store_name, 2;
    delete_name => name::delete_name, 0;
    make_cell => name::make_cell, 0;
    make_cell_far => name::make_cell_far, 0;
    delete_deref => name::delete_deref, 0;
    delete_free => name::delete_free, 0;
    load_free_cell => name::load_free_cell, 0;
    load_ns_deref => name::load_ns_deref, 1;
    load_ns_global => name::load_ns_global, 1;
    load_locals => name::load_locals, 0;
    inplace_op => slow_arith::inplace_op, 1;
    pow => slow_arith::pow, 0;
    invert => slow_arith::invert, 0;
    pos => slow_arith::pos, 0;
}

/// The handler of an instruction.
const fn handler(op: Op) -> Handler {
    match op {
        Op::Move => moves::move_,
        Op::Copy => moves::copy,
        Op::LoadConst => moves::load_const,
        Op::LoadConstX => moves::load_const_x,
        Op::LoadInt => moves::load_int,
        Op::LoadNone => moves::load_none,
        Op::LoadTrue => moves::load_true,
        Op::LoadFalse => moves::load_false,
        Op::LoadEllipsis => moves::load_ellipsis,
        Op::LoadCommon => load_common,
        Op::Clear => moves::clear,
        Op::DeleteFast => delete_fast,
        Op::CheckBound => moves::check_bound,
        Op::LoadFar => moves::load_far,
        Op::TakeFar => moves::take_far,
        Op::StoreFar => moves::store_far,
        Op::CheckBoundFar => moves::check_bound_far,
        Op::DeleteFar => moves::delete_far,
        Op::Spill => spill,
        Op::Unspill => unspill,
        Op::LoadGlobal => moves::load_global,
        Op::LoadGlobalPlain => moves::load_global_plain,
        Op::StoreGlobal => store_global,
        Op::DeleteGlobal => delete_global,
        Op::LoadName => moves::load_name,
        Op::StoreName => store_name,
        Op::DeleteName => delete_name,
        Op::MakeCell => make_cell,
        Op::MakeCellFar => make_cell_far,
        Op::LoadDeref => moves::load_deref,
        Op::StoreDeref => moves::store_deref,
        Op::DeleteDeref => delete_deref,
        Op::LoadFree => moves::load_free,
        Op::StoreFree => moves::store_free,
        Op::DeleteFree => delete_free,
        Op::LoadFreeCell => load_free_cell,
        Op::LoadNsDeref => load_ns_deref,
        Op::LoadNsGlobal => load_ns_global,
        Op::LoadLocals => load_locals,
        Op::LoadAttr => attrs::load_attr,
        Op::LoadAttrShape => attrs::load_attr_shape,
        Op::LoadStoreAttr => attrs::load_store_attr,
        Op::LoadAttrShapeLocal => attrs::load_attr_shape_local,
        Op::StoreAttrShapeLocal => attrs::store_attr_shape_local,
        Op::LoadAttrProperty => attrs::load_attr_property,
        Op::LoadAttrDict => attrs::load_attr_dict,
        Op::StoreAttrDict => attrs::store_attr_dict,
        Op::LoadAttrNative => attrs::load_attr_native,
        Op::UnpackMoves => attrs::unpack_moves,
        Op::UnpackPlain => attrs::unpack_plain,
        Op::LoadClassMethod => attrs::load_class_method,
        Op::LoadClassMethodType => attrs::load_class_method_type,
        Op::MoveLocal => moves::move_local,
        Op::MoveLocals => moves::move_locals,
        Op::LoadConstTemp => moves::load_const_temp,
        Op::LoadGlobalTemp => moves::load_global_temp,
        Op::LoadIntTemp => moves::load_int_temp,
        Op::FloatAdd => arith::float_add,
        Op::FloatSub => arith::float_sub,
        Op::FloatMul => arith::float_mul,
        Op::FloatDiv => arith::float_div,
        Op::AddFloat => arith::add_float,
        Op::SubFloat => arith::sub_float,
        Op::MulFloat => arith::mul_float,
        Op::DivFloat => arith::div_float,
        Op::ForIterRange => loops::for_iter_range,
        Op::ForIterList => loops::for_iter_list,
        Op::JumpBackIter => loops::jump_back_iter,
        Op::JumpBackRange => loops::jump_back_range,
        Op::JumpBackList => loops::jump_back_list,
        Op::AddTemp => arith::add_temp,
        Op::SubTemp => arith::sub_temp,
        Op::MulTemp => arith::mul_temp,
        Op::TrueDivTemp => arith::true_div_temp,
        Op::AddITemp => arith::add_i_temp,
        Op::SubITemp => arith::sub_i_temp,
        Op::CallMoving => calls::call_moving,
        Op::CallMethodMoving => calls::call_method_moving,
        Op::CallNative => natives::call_native,
        Op::CallMethodNative => natives::call_method_native,
        Op::SubscrList => attrs::subscr_list,
        Op::SubscrListLocal => attrs::subscr_list_local,
        Op::StoreSubscrList => attrs::store_subscr_list,
        Op::StoreAttrSlot => attrs::store_attr_slot,
        Op::LoadMethodDict => attrs::load_method_dict,
        Op::LoadAttrSlot => attrs::load_attr_slot,
        Op::LoadAttrClass => attrs::load_attr_class,
        Op::LoadAttrModule => attrs::load_attr_module,
        Op::LoadAttrType => attrs::load_attr_type,
        Op::StoreAttr => attrs::store_attr,
        Op::StoreAttrShape => attrs::store_attr_shape,
        Op::DeleteAttr => attrs::delete_attr,
        Op::LoadMethod => attrs::load_method,
        Op::LoadMethodPlain => attrs::load_method_plain,
        Op::LoadMethodShape => attrs::load_method_shape,
        Op::LoadMethodType => attrs::load_method_type,
        Op::LoadMethodModule => attrs::load_method_module,
        Op::LoadSuperAttr => attrs::load_super_attr,
        Op::LoadSuperMethod => attrs::load_super_method,
        Op::Subscr => attrs::subscr,
        Op::SubscrI => attrs::subscr_i,
        Op::SubscrSlice => subscr_slice,
        Op::StoreSlice => store_slice,
        Op::StoreSubscr => attrs::store_subscr,
        Op::DeleteSubscr => delete_subscr,
        Op::BuildSlice => build_slice,
        Op::Add => arith::add,
        Op::Sub => arith::sub,
        Op::Mul => arith::mul,
        Op::TrueDiv => arith::true_div,
        Op::FloorDiv => arith::floor_div,
        Op::Mod => arith::mod_,
        Op::Pow => pow,
        Op::MatMul => arith::mat_mul,
        Op::LShift => arith::lshift,
        Op::RShift => arith::rshift,
        Op::And => arith::and,
        Op::Or => arith::or,
        Op::Xor => arith::xor,
        Op::AddI | Op::IAddI => arith::add_i,
        Op::SubI | Op::ISubI => arith::sub_i,
        Op::MulI => arith::mul_i,
        Op::FloorDivI => arith::floor_div_i,
        Op::ModI => arith::mod_i,
        Op::AndI => arith::and_i,
        Op::LShiftI => arith::lshift_i,
        Op::RShiftI => arith::rshift_i,
        Op::IAdd => arith::iadd,
        Op::ISub => arith::isub,
        Op::IMul => arith::imul,
        Op::InplaceOp => inplace_op,
        Op::Neg => arith::neg,
        Op::Pos => pos,
        Op::Invert => invert,
        Op::Not => arith::not,
        Op::Lt => arith::lt,
        Op::Le => arith::le,
        Op::Eq => arith::eq,
        Op::Ne => arith::ne,
        Op::Gt => arith::gt,
        Op::Ge => arith::ge,
        Op::Is => arith::is,
        Op::IsNot => arith::is_not,
        Op::In => arith::in_,
        Op::NotIn => arith::not_in,
        Op::Jump => jumps::jump,
        Op::JumpBack => jumps::jump_back,
        Op::JumpIfTrue => jumps::jump_if_true,
        Op::JumpIfFalse => jumps::jump_if_false,
        Op::JumpIfNone => jumps::jump_if_none,
        Op::JumpIfNotNone => jumps::jump_if_not_none,
        Op::JumpIfTrueKeep => jumps::jump_if_true_keep,
        Op::JumpIfFalseKeep => jumps::jump_if_false_keep,
        Op::JLt => jumps::j_lt,
        Op::JLe => jumps::j_le,
        Op::JEq => jumps::j_eq,
        Op::JNe => jumps::j_ne,
        Op::JGt => jumps::j_gt,
        Op::JGe => jumps::j_ge,
        Op::JLtI => jumps::j_lt_i,
        Op::JLeI => jumps::j_le_i,
        Op::JEqI => jumps::j_eq_i,
        Op::JNeI => jumps::j_ne_i,
        Op::JGtI => jumps::j_gt_i,
        Op::JGeI => jumps::j_ge_i,
        Op::JNotLt => jumps::j_not_lt,
        Op::JNotLe => jumps::j_not_le,
        Op::JNotEq => jumps::j_not_eq,
        Op::JNotNe => jumps::j_not_ne,
        Op::JNotGt => jumps::j_not_gt,
        Op::JNotGe => jumps::j_not_ge,
        Op::JNotLtI => jumps::j_not_lt_i,
        Op::JNotLeI => jumps::j_not_le_i,
        Op::JNotEqI => jumps::j_not_eq_i,
        Op::JNotNeI => jumps::j_not_ne_i,
        Op::JNotGtI => jumps::j_not_gt_i,
        Op::JNotGeI => jumps::j_not_ge_i,
        Op::JIs => jumps::j_is,
        Op::JIn => jumps::j_in,
        Op::GetIter => get_iter,
        Op::ForIter => calls::for_iter,
        Op::GetAIter => get_aiter,
        Op::GetANext => get_anext,
        Op::GetAwaitable => generators::get_awaitable,
        Op::GetYieldFromIter => get_yield_from_iter,
        Op::YieldFrom => generators::yield_from,
        Op::Yield => generators::yield_,
        Op::AsyncYield => calls::async_yield,
        Op::EndAsyncFor => calls::end_async_for,
        Op::BuildTuple => build_tuple,
        Op::BuildList => build_list,
        Op::BuildSet => build_set,
        Op::BuildMap => build_map,
        Op::BuildString => build_string,
        Op::ListAppend => attrs::list_append,
        Op::SetAdd => attrs::set_add,
        Op::MapAdd => map_add,
        Op::ListExtend => list_extend,
        Op::SetUpdate => set_update,
        Op::DictUpdate => dict_update,
        Op::DictMerge => dict_merge,
        Op::ListToTuple => list_to_tuple,
        Op::Convert => convert,
        Op::Format => format,
        Op::FormatSpec => format_spec,
        Op::BuildInterpolation => build_interpolation,
        Op::BuildTemplate => build_template,
        Op::UnpackSequence => attrs::unpack_sequence,
        Op::UnpackEx => unpack_ex,
        Op::UnpackList => unpack_list,
        Op::MakeFunction => make_function,
        Op::Call => calls::call,
        Op::CallMethod => calls::call_method,
        Op::CallKw | Op::CallMethodKw => calls::call_kw,
        Op::CallEx => calls::call_ex,
        Op::Return => calls::return_,
        Op::Return1 => calls::return_1,
        Op::Return2 => calls::return_2,
        Op::ReturnNone1 => calls::return_none_1,
        Op::ReturnNone2 => calls::return_none_2,
        Op::ReturnNone => calls::return_none,
        Op::LoadBuildClass => load_build_class,
        Op::Raise => calls::raise,
        Op::Reraise => calls::reraise,
        Op::PushExc => push_exc,
        Op::PopExc => pop_exc,
        Op::ExcMatch => exc_match,
        Op::JumpIfNotCommon => jumps::jump_if_not_common,
        Op::JumpIfNotExc => calls::jump_if_not_exc,
        Op::ExcStarMatch => exc_star_match,
        Op::PrepReraiseStar => prep_reraise_star,
        Op::BeforeWith => calls::before_with,
        Op::BeforeAsyncWith => calls::before_async_with,
        Op::WithExcept => with_except,
        Op::WithExit => calls::with_exit,
        Op::MatchSequence => match_sequence,
        Op::MatchMapping => match_mapping,
        Op::GetLen => get_len,
        Op::MatchKeys => match_keys,
        Op::MatchClass => match_class,
        Op::ImportName => import_name,
        Op::ImportFrom => import_from,
        Op::ImportStar => import_star,
        Op::Intrinsic1 => intrinsic1,
        Op::Intrinsic2 => intrinsic2,
        Op::Nop => moves::nop,
        Op::Resolve => calls::resolve,
    }
}

handlers! {
    /// No instruction.
    none(m) { m.fail(|vm, at| vm.system_error(std::format!("unknown opcode {}", at.word() & 0xff))) }
}

/// The handlers, by opcode.
pub static PLAIN: Table = {
    let mut table = [none as Handler; 256];
    let mut at = 0;
    while at < Op::ALL.len() {
        table[at] = handler(Op::ALL[at]);
        at += 1;
    }
    Table(table)
};

/// A cell that a register holds.
///
/// # Safety
/// The compiler lets the instruction name cells only.
#[inline(always)]
unsafe fn cell<'a>(m: Machine<'a>, register: isize) -> &'a Obj<CellObject> {
    // SAFETY: as promised.
    unsafe { &*(m.bits(register) as *const Obj<CellObject>) }
}
