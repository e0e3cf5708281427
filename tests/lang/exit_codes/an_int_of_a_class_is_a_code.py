import enum
class Code(enum.IntEnum):
    FAILED = 3
raise SystemExit(Code.FAILED)
# exit: 3
