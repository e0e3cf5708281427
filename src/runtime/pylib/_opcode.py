"""What `opcode` asks of the runtime about CPython's instructions; dx runs none of them, so each answer is "no"."""


def stack_effect(opcode, oparg=None, /, *, jump=None):
    raise ValueError("invalid opcode or oparg")


def is_valid(opcode):
    return False


def has_arg(opcode):
    return False


has_const = has_name = has_jump = has_free = has_local = has_exc = has_arg


def get_executor(*, code, offset):
    return None


def get_nb_ops():
    return []


def get_intrinsic1_descs():
    return []


def get_intrinsic2_descs():
    return []


def get_special_method_names():
    return ["__enter__", "__exit__", "__aenter__", "__aexit__"]


def get_specialization_stats():
    return None
