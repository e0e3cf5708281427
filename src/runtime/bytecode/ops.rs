//! The instruction table of dx's register machine: every opcode once, with its operands and their effects.
//!
//! # Model
//!
//! Code is a sequence of 32-bit words. The first word of an instruction holds the opcode in its low byte and
//! up to three operands in the bytes above (`A` = bits 8–15, `B` = 16–23, `C` = 24–31), or one byte operand `A`
//! and a 16-bit operand in bits 16–31, or one signed 24-bit operand in bits 8–31. Extra words follow: jump
//! offsets, names, and inline caches that the machine writes while it runs.
//!
//! A register operand is a signed byte relative to the frame's base pointer: locals lie below the base
//! (local `i` of `n` is `i - n`), the frame header of [`FRAME_HEADER`] words stands at the base, temporaries lie
//! above it (temporary `j` is `FRAME_HEADER + j`). Registers further away are reached by the `Far` instructions.
//!
//! # Operand effects
//!
//! | kind | meaning |
//! |---|---|
//! | `D` | written; what it held before is dropped |
//! | `U` | used; a *temporary* is dead afterwards (the machine takes or drops what it holds) |
//! | `K` | kept: read, and alive afterwards |
//! | `M` | read and written in place |
//! | `R` | first temporary of a run of consecutive temporaries; the run is used up |
//! | `W` | first temporary of a run that is written |
//! | `I8`, `N8` | signed, unsigned immediate |
//!
//! # Invariants
//!
//! 1. A dead temporary holds no reference: it is unbound or an immediate. (`verify`, debug assertions in `dispatch`.)
//! 2. A local read by `U`, `K` or `M` is bound, or a `CheckBound` stands before it. (the compiler's flow analysis.)
//! 3. Jump offsets count words from the end of the jumping instruction. (`verify`.)

/// Words of the frame header between locals and temporaries.
pub const FRAME_HEADER: usize = 7;

/// Lowest and highest register a byte operand can name.
pub const NEAR_LOCALS: usize = 128;
/// Number of temporaries that a byte operand can name.
pub const NEAR_TEMPS: usize = 128 - FRAME_HEADER;

/// What one operand of an instruction is; see the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// No operand in this byte.
    Z,
    /// Register written.
    D,
    /// Register used; dead afterwards if a temporary.
    U,
    /// Register kept.
    K,
    /// Register read and written.
    M,
    /// Run of temporaries used.
    R,
    /// Run of temporaries written.
    W,
    /// Signed immediate byte.
    I8,
    /// Unsigned immediate byte.
    N8,
    /// 16-bit constant index.
    Const16,
    /// 16-bit name index.
    Name16,
    /// 16-bit signed immediate.
    I16,
    /// 16-bit unsigned immediate.
    N16,
    /// 16-bit far register, signed, relative to the base.
    Far16,
    /// 16-bit signed jump.
    Jump16,
    /// 24-bit signed jump.
    Jump24,
}

/// What an extra word of an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Index into the names.
    Name,
    /// Index into the constants.
    Const,
    /// Signed jump offset.
    Jump,
    /// Plain number.
    Imm,
    /// Inline cache: zero in fresh code, owned by the machine.
    Cache,
}

/// Calls `$m!` with the whole table. Entry: `doc, Name (operands) [extra words];` where the operands are three
/// byte operands, or a byte and a 16-bit operand, or one 24-bit operand.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            // ---- moves and constants
            "A = B" Move (D, U, Z) [];
            "A = B, B stays alive even if it is a temporary" Copy (D, K, Z) [];
            "A = constant" LoadConst (D, Const16) [];
            "A = constant, wide index" LoadConstX (D, Z, Z) [Const];
            "A = small int" LoadInt (D, I16) [];
            "A = None" LoadNone (D, Z, Z) [];
            "A = True" LoadTrue (D, Z, Z) [];
            "A = False" LoadFalse (D, Z, Z) [];
            "A = Ellipsis" LoadEllipsis (D, Z, Z) [];
            "A = one of the common objects, see Common" LoadCommon (D, N8, Z) [];
            "drop A, leaving it unbound" Clear (U, Z, Z) [];
            "raise UnboundLocalError if local A is unbound, then make it so" DeleteFast (M, Z, Z) [];
            "raise UnboundLocalError if local A is unbound" CheckBound (K, Z, Z) [];
            "A = far register (kept)" LoadFar (D, Far16) [];
            "A = far register, which is left unbound" TakeFar (D, Far16) [];
            "far register = A" StoreFar (U, Far16) [];
            "raise UnboundLocalError if the far local is unbound" CheckBoundFar (Z, Far16) [];
            "drop a far register, leaving it unbound" DeleteFar (Z, Far16) [];
            "move B temporaries from A on to the far registers from C16 (extra word)" Spill (R, N8, Z) [Imm];
            "move B temporaries back to A on from the far registers" Unspill (W, N8, Z) [Imm];

            // ---- variables
            "A = global or builtin" LoadGlobal (D, Name16) [Cache, Cache, Cache, Cache];
            "global = A" StoreGlobal (U, Name16) [Cache, Cache];
            "delete global" DeleteGlobal (Z, Name16) [];
            "A = name looked up in the frame's namespace, globals, builtins" LoadName (D, Name16) [Cache, Cache, Cache, Cache];
            "bind name in the frame's namespace" StoreName (U, Name16) [Cache, Cache];
            "delete name from the frame's namespace" DeleteName (Z, Name16) [];
            "wrap what local A holds (or nothing) in a new cell" MakeCell (M, Z, Z) [];
            "wrap what the far local holds (or nothing) in a new cell" MakeCellFar (Z, Far16) [];
            "A = content of the cell in B; error if empty" LoadDeref (D, K, Z) [];
            "content of the cell in A = B" StoreDeref (K, U, Z) [];
            "empty the cell in A; error if empty" DeleteDeref (K, Z, Z) [];
            "A = content of closure cell number N16; error if empty" LoadFree (D, N16) [];
            "content of closure cell = A" StoreFree (U, N16) [];
            "empty a closure cell; error if empty" DeleteFree (Z, N16) [];
            "A = closure cell number N16 itself" LoadFreeCell (D, N16) [];
            "A = namespace (B, a mapping)[name] or the content of the cell in C" LoadNsDeref (D, U, K) [Name];
            "A = namespace (B)[name] or the global or builtin of that name" LoadNsGlobal (D, U, Z) [Name];
            "A = the frame's namespace (class bodies), or locals() of a function frame" LoadLocals (D, Z, Z) [];

            // ---- attributes and items
            "A = B.name" LoadAttr (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "A.name = B" StoreAttr (U, U, Z) [Name, Cache, Cache, Cache, Cache];
            "del A.name" DeleteAttr (U, Z, Z) [Name];
            "A, A+1 = method and its self, or attribute and unbound, of B.name" LoadMethod (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "A = super(B0, B1 = class and instance; B2 = instance).name; C: 1 if the call had no arguments" LoadSuperAttr (D, R, N8) [Name];
            "as LoadSuperAttr, for a call: A, A+1 = method and self" LoadSuperMethod (W, R, N8) [Name];
            "A = B[C]" Subscr (D, U, U) [];
            "A = B[small int]" SubscrI (D, U, I8) [];
            "A = B[C0:C1:C2]" SubscrSlice (D, U, R) [];
            "A[C0:C1:C2] = B" StoreSlice (U, U, R) [];
            "A[B] = C" StoreSubscr (U, U, U) [];
            "del A[B]" DeleteSubscr (U, U, Z) [];
            "A = slice(B0, B1)  or with C = 3 slice(B0, B1, B2)" BuildSlice (D, R, N8) [];

            // ---- arithmetic
            "A = B + C" Add (D, U, U) [];
            "A = B - C" Sub (D, U, U) [];
            "A = B * C" Mul (D, U, U) [];
            "A = B / C" TrueDiv (D, U, U) [];
            "A = B // C" FloorDiv (D, U, U) [];
            "A = B % C" Mod (D, U, U) [];
            "A = B ** C" Pow (D, U, U) [];
            "A = B @ C" MatMul (D, U, U) [];
            "A = B << C" LShift (D, U, U) [];
            "A = B >> C" RShift (D, U, U) [];
            "A = B & C" And (D, U, U) [];
            "A = B | C" Or (D, U, U) [];
            "A = B ^ C" Xor (D, U, U) [];
            "A = B + small int" AddI (D, U, I8) [];
            "A = B - small int" SubI (D, U, I8) [];
            "A = B * small int" MulI (D, U, I8) [];
            "A = B // small int" FloorDivI (D, U, I8) [];
            "A = B % small int" ModI (D, U, I8) [];
            "A = B & small int" AndI (D, U, I8) [];
            "A = B << small int" LShiftI (D, U, I8) [];
            "A = B >> small int" RShiftI (D, U, I8) [];
            "A = B += C" IAdd (D, U, U) [];
            "A = B -= C" ISub (D, U, U) [];
            "A = B *= C" IMul (D, U, U) [];
            "A = B += small int" IAddI (D, U, I8) [];
            "A = B -= small int" ISubI (D, U, I8) [];
            "A = B op= C, Imm: see Inplace" InplaceOp (D, U, U) [Imm];
            "A = -B" Neg (D, U, Z) [];
            "A = +B" Pos (D, U, Z) [];
            "A = ~B" Invert (D, U, Z) [];
            "A = not B" Not (D, U, Z) [];

            // ---- comparison
            "A = B < C" Lt (D, U, U) [];
            "A = B <= C" Le (D, U, U) [];
            "A = B == C" Eq (D, U, U) [];
            "A = B != C" Ne (D, U, U) [];
            "A = B > C" Gt (D, U, U) [];
            "A = B >= C" Ge (D, U, U) [];
            "A = B is C" Is (D, U, U) [];
            "A = B is not C" IsNot (D, U, U) [];
            "A = B in C" In (D, U, U) [];
            "A = B not in C" NotIn (D, U, U) [];

            // ---- jumps
            "jump" Jump (Jump24) [];
            "jump back: signals, thread switches and hot loops are noticed here" JumpBack (Jump24) [];
            "jump if A is true" JumpIfTrue (U, Jump16) [];
            "jump if A is false" JumpIfFalse (U, Jump16) [];
            "jump if A is None" JumpIfNone (U, Jump16) [];
            "jump if A is not None" JumpIfNotNone (U, Jump16) [];
            "if A is true jump and keep it, else drop it" JumpIfTrueKeep (M, Jump16) [];
            "if A is false jump and keep it, else drop it" JumpIfFalseKeep (M, Jump16) [];
            "jump if (A < B) is C (1 true, 0 false)" JLt (U, U, N8) [Jump];
            "jump if (A <= B) is C" JLe (U, U, N8) [Jump];
            "jump if (A == B) is C" JEq (U, U, N8) [Jump];
            "jump if (A != B) is C" JNe (U, U, N8) [Jump];
            "jump if (A > B) is C" JGt (U, U, N8) [Jump];
            "jump if (A >= B) is C" JGe (U, U, N8) [Jump];
            "jump if (A < small int B) is C" JLtI (U, I8, N8) [Jump];
            "jump if (A <= small int B) is C" JLeI (U, I8, N8) [Jump];
            "jump if (A == small int B) is C" JEqI (U, I8, N8) [Jump];
            "jump if (A != small int B) is C" JNeI (U, I8, N8) [Jump];
            "jump if (A > small int B) is C" JGtI (U, I8, N8) [Jump];
            "jump if (A >= small int B) is C" JGeI (U, I8, N8) [Jump];
            "jump if (A is B) is C" JIs (U, U, N8) [Jump];
            "jump if (A in B) is C" JIn (U, U, N8) [Jump];
            "jump if A is not the common object B, see Common" JumpIfNotCommon (K, N8, Z) [Jump];

            // ---- iteration
            "A = iter(B)" GetIter (D, U, Z) [];
            "A = next(B); at the end drop B, leave A as it is, and jump" ForIter (D, K, Z) [Jump];
            "A = B.__aiter__()" GetAIter (D, U, Z) [];
            "A = awaitable of B.__anext__()" GetANext (D, K, Z) [];
            "A = awaitable iterator of B; C: 0 plain await, 1 of __aenter__, 2 of __aexit__" GetAwaitable (D, U, N8) [];
            "A = iterator for `yield from B`" GetYieldFromIter (D, U, Z) [];
            "A = result of delegating to the iterator B until it ends; B is dropped then" YieldFrom (D, M, Z) [];
            "yield B; A = what is sent in" Yield (D, U, Z) [];
            "yield B from an async generator; A = what is sent in" AsyncYield (D, U, Z) [];
            "A holds an exception out of __anext__: drop it and jump if StopAsyncIteration, else re-raise it" EndAsyncFor (U, Z, Z) [Jump];

            // ---- building
            "A = tuple of the C temporaries from B on" BuildTuple (D, R, N8) [];
            "A = list of the C temporaries from B on" BuildList (D, R, N8) [];
            "A = set of the C temporaries from B on" BuildSet (D, R, N8) [];
            "A = dict of the C pairs from B on" BuildMap (D, R, N8) [];
            "A = concatenation of the C strings from B on" BuildString (D, R, N8) [];
            "append B to list A" ListAppend (K, U, Z) [];
            "add B to set A" SetAdd (K, U, Z) [];
            "A[B] = C on dict A (displays, comprehensions)" MapAdd (K, U, U) [];
            "extend list A by iterable B; C = 1: B follows a `*` in a call's arguments" ListExtend (K, U, N8) [];
            "update set A by iterable B" SetUpdate (K, U, Z) [];
            "update dict A by mapping B (a `**` in a display)" DictUpdate (K, U, Z) [];
            "merge mapping B into the keyword arguments A of the call of C; duplicates are errors" DictMerge (K, U, K) [];
            "A = tuple of list B" ListToTuple (D, U, Z) [];
            "A = B converted, C: 1 str, 2 repr, 3 ascii" Convert (D, U, N8) [];
            "A = format(B, ''); with C = 1 for a BuildString, which takes small ints as they are" Format (D, U, N8) [];
            "A = format(B, C)" FormatSpec (D, U, U) [];
            "A = Interpolation of B0 value, B1 expression text, [B2 format spec]; C = conversion | 4 if a spec" BuildInterpolation (D, R, N8) [];
            "A = Template of B strings tuple, C interpolations tuple" BuildTemplate (D, U, U) [];
            "the C temporaries from A on = the items of B" UnpackSequence (W, U, N8) [];
            "as UnpackSequence with a starred target: C before it, Imm after it" UnpackEx (W, U, N8) [Imm];
            "A = list of the items UnpackEx would give for B: Imm0 before the star, Imm1 after it; no star if Imm1 is u32::MAX" UnpackList (D, U, Z) [Imm, Imm];

            // ---- functions and calls
            "A = function of a constant code; the parts C (see Part) lie from B on" MakeFunction (D, R, N8) [Const];
            "A = call of B0 with the C arguments from B1 on" Call (D, R, N8) [Cache];
            "A = call of the method pair B0, B1 with the C arguments from B2 on" CallMethod (D, R, N8) [Cache];
            "as Call; the last of the C arguments are keywords named by the constant tuple" CallKw (D, R, N8) [Const];
            "as CallMethod, with keywords" CallMethodKw (D, R, N8) [Const];
            "A = call of B0 with the positional arguments of B1 (tuple or list or iterable), and if C the keywords of dict B2" CallEx (D, R, N8) [];
            "return A" Return (U, Z, Z) [];
            "return None" ReturnNone (Z, Z, Z) [];
            "A = the function that builds classes" LoadBuildClass (D, Z, Z) [];

            // ---- exceptions and with
            "raise: B operands from A on: 0 the handled one again, 1 an exception, 2 exception and cause" Raise (R, N8, Z) [];
            "raise exception A again, without a new traceback entry" Reraise (U, Z, Z) [];
            "make exception B the handled one; A = the one handled before" PushExc (D, K, Z) [];
            "the handled exception is A again" PopExc (U, Z, Z) [];
            "A = does exception B match C (class or tuple of classes)" ExcMatch (D, K, U) [];
            "jump if exception A does not match B" JumpIfNotExc (K, U, Z) [Jump];
            "except*: A = part of B that matches type C (or None); B = the rest (or None)" ExcStarMatch (D, M, U) [];
            "except*: A = exception to raise, or None, of original B and list C of raised and rest" PrepReraiseStar (D, U, U) [];
            "A = bound __exit__ of B, A+1 = result of its __enter__()" BeforeWith (W, U, Z) [];
            "A = bound __aexit__ of B, A+1 = awaitable of its __aenter__()" BeforeAsyncWith (W, U, Z) [];
            "A = B(type(C), C, C.__traceback__), B an exit function" WithExcept (D, U, K) [];
            "A = B(None, None, None), B an exit function" WithExit (D, U, Z) [];

            // ---- pattern matching
            "A = is B a sequence for patterns" MatchSequence (D, K, Z) [];
            "A = is B a mapping for patterns" MatchMapping (D, K, Z) [];
            "A = len(B)" GetLen (D, K, Z) [];
            "A = tuple of values of mapping B for the tuple of keys C, or None" MatchKeys (D, K, K) [];
            "A = tuple of attributes or None: subject B, class C0, keyword names tuple C1; Imm positional patterns" MatchClass (D, K, R) [Imm];

            // ---- import
            "A = import name; fromlist B; Imm = level" ImportName (D, U, Z) [Name, Imm];
            "A = module B's name" ImportFrom (D, K, Z) [Name];
            "bind all public names of module A in the frame's namespace" ImportStar (U, Z, Z) [];

            // ---- the rest
            "A = intrinsic C of B, see Intrinsic1" Intrinsic1 (D, U, N8) [];
            "A = intrinsic C of B0, B1, see Intrinsic2" Intrinsic2 (D, R, N8) [];
            "A, A+1 ... nothing: filler" Nop (Z, Z, Z) [];

            // ---- the machine's own forms of the above: written over them when code is loaded or has run, never in
            // stored code; see `Op::plain`
            "load the body of the function's code, then begin" Resolve (Z, Z, Z) [];
            "jump if not (A < B)" JNotLt (U, U, N8) [Jump];
            "jump if not (A <= B)" JNotLe (U, U, N8) [Jump];
            "jump if not (A == B)" JNotEq (U, U, N8) [Jump];
            "jump if not (A != B)" JNotNe (U, U, N8) [Jump];
            "jump if not (A > B)" JNotGt (U, U, N8) [Jump];
            "jump if not (A >= B)" JNotGe (U, U, N8) [Jump];
            "jump if not (A < small int B)" JNotLtI (U, I8, N8) [Jump];
            "jump if not (A <= small int B)" JNotLeI (U, I8, N8) [Jump];
            "jump if not (A == small int B)" JNotEqI (U, I8, N8) [Jump];
            "jump if not (A != small int B)" JNotNeI (U, I8, N8) [Jump];
            "jump if not (A > small int B)" JNotGtI (U, I8, N8) [Jump];
            "jump if not (A >= small int B)" JNotGeI (U, I8, N8) [Jump];
            "LoadGlobal of a name that is in the globals" LoadGlobalPlain (D, Name16) [Cache, Cache, Cache, Cache];
            "LoadAttr of an inline value of the cached shape" LoadAttrShape (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttrShape of a local's attribute into a temporary" LoadAttrShapeLocal (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "StoreAttrShape of a local's attribute" StoreAttrShapeLocal (U, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttrShapeLocal before a StoreAttr of the same into a local's attribute" LoadStoreAttr (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a property with a Python function" LoadAttrProperty (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a name in the instance's dictionary" LoadAttrDict (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "StoreAttr of a name in the instance's dictionary" StoreAttrDict (U, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of what a native function reads" LoadAttrNative (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "UnpackSequence before as many Moves of its temporaries, which it does" UnpackMoves (W, U, N8) [];
            "UnpackSequence before something else" UnpackPlain (W, U, N8) [];
            "StoreAttr of a word of __slots__" StoreAttrSlot (U, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of an instance with a dictionary" LoadMethodDict (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a `__slots__` word" LoadAttrSlot (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a class attribute that binds nothing" LoadAttrClass (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a name in a module" LoadAttrModule (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadAttr of a class's own or inherited attribute" LoadAttrType (D, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of a class's own or inherited attribute" LoadMethodType (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of a name in a module" LoadMethodModule (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "StoreAttr of an inline value that is there already" StoreAttrShape (U, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of an instance with inline values" LoadMethodShape (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of an object without attributes of its own" LoadMethodPlain (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of a class method by an instance" LoadClassMethod (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "LoadMethod of a class method by a class" LoadClassMethodType (W, U, Z) [Name, Cache, Cache, Cache, Cache];
            "Move of a local's value to a temporary" MoveLocal (D, U, Z) [];
            "MoveLocal, and the one that follows" MoveLocals (D, U, Z) [];
            "LoadConst into a temporary" LoadConstTemp (D, Const16) [];
            "LoadGlobalPlain into a temporary" LoadGlobalTemp (D, Name16) [Cache, Cache, Cache, Cache];
            "LoadInt into a temporary" LoadIntTemp (D, I16) [];
            "LoadConst of a float and the Add that follows, whose first operand it is" FloatAdd (D, Const16) [];
            "the same before Sub" FloatSub (D, Const16) [];
            "the same before Mul" FloatMul (D, Const16) [];
            "the same before TrueDiv" FloatDiv (D, Const16) [];
            "LoadConst of a float and the Add that follows, whose second operand it is" AddFloat (D, Const16) [];
            "the same before Sub" SubFloat (D, Const16) [];
            "the same before Mul" MulFloat (D, Const16) [];
            "the same before TrueDiv" DivFloat (D, Const16) [];
            "ForIter over a range" ForIterRange (D, K, Z) [Jump];
            "ForIter over a list" ForIterList (D, K, Z) [Jump];
            "JumpBack to a ForIter" JumpBackIter (Jump24) [];
            "Call in a generator: its arguments move" CallMoving (D, R, N8) [Cache];
            "CallMethod in a generator" CallMethodMoving (D, R, N8) [Cache];
            "Call of a native function with the arguments that it takes" CallNative (D, R, N8) [Cache];
            "CallMethod of a native method or function with the arguments that it takes" CallMethodNative (D, R, N8) [Cache];
            "Subscr of a list by a small int" SubscrList (D, U, U) [];
            "StoreSubscr of a list by a small int" StoreSubscrList (U, U, U) [];
            "SubscrList of a local's into a temporary" SubscrListLocal (D, U, U) [];
            "JumpBack to a ForIterRange" JumpBackRange (Jump24) [];
            "JumpBack to a ForIterList" JumpBackList (Jump24) [];
            "Add into a temporary" AddTemp (D, U, U) [];
            "Sub into a temporary" SubTemp (D, U, U) [];
            "Mul into a temporary" MulTemp (D, U, U) [];
            "TrueDiv into a temporary" TrueDivTemp (D, U, U) [];
            "AddI into a temporary" AddITemp (D, U, I8) [];
            "SubI into a temporary" SubITemp (D, U, I8) [];
            "Return from code with one local" Return1 (U, Z, Z) [];
            "Return from code with two locals" Return2 (U, Z, Z) [];
            "ReturnNone from code with one local" ReturnNone1 (Z, Z, Z) [];
            "ReturnNone from code with two locals" ReturnNone2 (Z, Z, Z) [];
        }
    };
}

macro_rules! define_ops {
    ($($doc:literal $name:ident ($($operand:ident),+) [$($extra:ident),*];)+) => {
        /// An opcode; the low byte of an instruction's first word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::enum_variant_names)]
        #[repr(u8)]
        pub enum Op { $(#[doc = $doc] $name,)+ }

        impl Op {
            /// Every opcode in numeric order.
            pub const ALL: &'static [Op] = &[$(Op::$name,)+];

            /// The opcode's name, as `dis` shows it.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => stringify!($name),)+ }
            }

            /// The operands of the first word, in the order A, B, C.
            pub const fn operands(self) -> &'static [Operand] {
                match self { $(Op::$name => &[$(Operand::$operand),+],)+ }
            }

            /// The extra words.
            pub const fn extras(self) -> &'static [Extra] {
                match self { $(Op::$name => &[$(Extra::$extra),*],)+ }
            }

            /// Number of words of the whole instruction.
            #[inline(always)]
            pub const fn words(self) -> usize {
                1 + EXTRAS[self as usize].0 as usize
            }

            /// Which of the extra words are caches: a bit for each.
            #[inline(always)]
            pub const fn caches(self) -> u8 {
                EXTRAS[self as usize].1
            }
        }
    };
}
for_each_op!(define_ops);

/// Number of extra words, and which of them are caches, by opcode: what loading asks for each instruction.
static EXTRAS: [(u8, u8); Op::ALL.len()] = {
    let mut table = [(0, 0); Op::ALL.len()];
    let mut at = 0;
    while at < table.len() {
        let extras = Op::ALL[at].extras();
        let mut nth = 0;
        while nth < extras.len() {
            if matches!(extras[nth], Extra::Cache) {
                table[at].1 |= 1 << nth;
            }
            nth += 1;
        }
        table[at].0 = extras.len() as u8;
        at += 1;
    }
    table
};

impl Op {
    /// The opcode that the compiler emits for what this one does.
    pub const fn plain(self) -> Op {
        match self {
            Op::JNotLt => Op::JLt,
            Op::JNotLe => Op::JLe,
            Op::JNotEq => Op::JEq,
            Op::JNotNe => Op::JNe,
            Op::JNotGt => Op::JGt,
            Op::JNotGe => Op::JGe,
            Op::JNotLtI => Op::JLtI,
            Op::JNotLeI => Op::JLeI,
            Op::JNotEqI => Op::JEqI,
            Op::JNotNeI => Op::JNeI,
            Op::JNotGtI => Op::JGtI,
            Op::JNotGeI => Op::JGeI,
            Op::LoadGlobalPlain | Op::LoadGlobalTemp => Op::LoadGlobal,
            Op::LoadAttrShape
            | Op::LoadAttrShapeLocal
            | Op::LoadStoreAttr
            | Op::LoadAttrDict
            | Op::LoadAttrProperty
            | Op::LoadAttrSlot
            | Op::LoadAttrNative
            | Op::LoadAttrClass
            | Op::LoadAttrModule
            | Op::LoadAttrType => Op::LoadAttr,
            Op::UnpackMoves | Op::UnpackPlain => Op::UnpackSequence,
            Op::StoreAttrShape | Op::StoreAttrShapeLocal | Op::StoreAttrDict | Op::StoreAttrSlot => {
                Op::StoreAttr
            }
            Op::LoadMethodDict
            | Op::LoadMethodShape
            | Op::LoadMethodPlain
            | Op::LoadMethodType
            | Op::LoadClassMethod
            | Op::LoadClassMethodType
            | Op::LoadMethodModule => Op::LoadMethod,
            Op::MoveLocal | Op::MoveLocals => Op::Move,
            Op::LoadIntTemp => Op::LoadInt,
            Op::LoadConstTemp
            | Op::FloatAdd
            | Op::FloatSub
            | Op::FloatMul
            | Op::FloatDiv
            | Op::AddFloat
            | Op::SubFloat
            | Op::MulFloat
            | Op::DivFloat => Op::LoadConst,
            Op::ForIterRange | Op::ForIterList => Op::ForIter,
            Op::JumpBackIter | Op::JumpBackRange | Op::JumpBackList => Op::JumpBack,
            Op::AddTemp => Op::Add,
            Op::SubTemp => Op::Sub,
            Op::MulTemp => Op::Mul,
            Op::TrueDivTemp => Op::TrueDiv,
            Op::AddITemp => Op::AddI,
            Op::SubITemp => Op::SubI,
            Op::Return1 | Op::Return2 => Op::Return,
            Op::ReturnNone1 | Op::ReturnNone2 => Op::ReturnNone,
            Op::CallMoving | Op::CallNative => Op::Call,
            Op::CallMethodMoving | Op::CallMethodNative => Op::CallMethod,
            Op::SubscrList | Op::SubscrListLocal => Op::Subscr,
            Op::StoreSubscrList => Op::StoreSubscr,
            other => other,
        }
    }

    /// Are the temporaries that it writes, but for those that it uses up, dead before?
    pub const fn writes_dead(self) -> bool {
        matches!(
            self,
            Op::Move
                | Op::LoadConst
                | Op::LoadInt
                | Op::LoadNone
                | Op::LoadTrue
                | Op::LoadFalse
                | Op::LoadGlobal
                | Op::LoadAttr
                | Op::LoadMethod
                | Op::UnpackSequence
                | Op::Subscr
                | Op::Add
                | Op::Sub
                | Op::Mul
                | Op::TrueDiv
                | Op::AddI
                | Op::SubI
        )
    }

    /// Is it one of the machine's own forms?
    pub const fn is_quick(self) -> bool {
        self as u8 > Op::Nop as u8
    }

    /// The form for a comparing jump that is taken when the comparison does not hold.
    pub const fn negated(self) -> Op {
        match self {
            Op::JLt => Op::JNotLt,
            Op::JLe => Op::JNotLe,
            Op::JEq => Op::JNotEq,
            Op::JNe => Op::JNotNe,
            Op::JGt => Op::JNotGt,
            Op::JGe => Op::JNotGe,
            Op::JLtI => Op::JNotLtI,
            Op::JLeI => Op::JNotLeI,
            Op::JEqI => Op::JNotEqI,
            Op::JNeI => Op::JNotNeI,
            Op::JGtI => Op::JNotGtI,
            Op::JGeI => Op::JNotGeI,
            other => other,
        }
    }

    /// The opcode of an instruction's first word; `None` if the byte is none.
    pub fn decode(word: u32) -> Option<Op> {
        Op::ALL.get((word & 0xff) as usize).copied()
    }
}

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $value:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $value,)+ }
        impl $name {
            /// The variant of a number in the code.
            pub const fn decode(number: u32) -> Option<$name> {
                match number { $($value => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

numbered! {
    /// Objects that `LoadCommon` loads and `JumpIfNotCommon` asks for.
    Common {
        /// The exception class `AssertionError`.
        AssertionError = 0,
        /// The exception class `NotImplementedError`.
        NotImplementedError = 1,
        /// The module dictionary `__builtins__`'s `__import__` is not here; this is the empty tuple.
        EmptyTuple = 2,
        /// The builtin function `set` for optimised displays.
        Set = 3,
        /// The type `list`.
        List = 4,
        /// The type `tuple`.
        Tuple = 5,
        /// The builtin function `any`.
        Any = 6,
        /// The builtin function `all`.
        All = 7,
    }
}

numbered! {
    /// Operators of `InplaceOp`.
    Inplace {
        /// `/=`
        TrueDiv = 0,
        /// `//=`
        FloorDiv = 1,
        /// `%=`
        Mod = 2,
        /// `**=`
        Pow = 3,
        /// `@=`
        MatMul = 4,
        /// `<<=`
        LShift = 5,
        /// `>>=`
        RShift = 6,
        /// `&=`
        And = 7,
        /// `|=`
        Or = 8,
        /// `^=`
        Xor = 9,
    }
}

numbered! {
    /// Bits of `MakeFunction`'s parts; those present lie in this order from its run's first temporary on.
    Part {
        /// Tuple of positional defaults.
        Defaults = 1,
        /// Dict of keyword defaults.
        KwDefaults = 2,
        /// The `__annotate__` function.
        Annotate = 4,
        /// Tuple of closure cells.
        Closure = 8,
    }
}

numbered! {
    /// One-operand intrinsics.
    Intrinsic1 {
        /// `sys.displayhook(value)`: an expression statement in interactive code.
        Print = 0,
        /// A `StopIteration` leaving a generator is the machine's business; this raises RuntimeError for a bad one.
        StopIterationError = 1,
        /// `TypeVar(name)`
        TypeVar = 2,
        /// `ParamSpec(name)`
        ParamSpec = 3,
        /// `TypeVarTuple(name)`
        TypeVarTuple = 4,
        /// `typing.Generic[params]` of a tuple of type parameters
        SubscriptGeneric = 5,
        /// `TypeAliasType` of a tuple (name, type parameters or None, function that computes the value)
        TypeAlias = 6,
        /// The list of names of a `*` argument as tuple
        ListToTuple = 7,
        /// Star-unpacking in a subscript or annotation: `Unpack[value]` as iter(value) yields it
        UnpackStar = 8,
    }
}

numbered! {
    /// Two-operand intrinsics (operands in a run).
    Intrinsic2 {
        /// `TypeVar(name, bound computed by a function)`
        TypeVarWithBound = 0,
        /// `TypeVar(name, constraints computed by a function)`
        TypeVarWithConstraints = 1,
        /// function's `__type_params__` = tuple; the value is the function
        SetFunctionTypeParams = 2,
        /// type parameter's default is computed by a function; the value is the parameter
        SetTypeParamDefault = 3,
    }
}
