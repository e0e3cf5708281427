import pickle

for data in (b"", b".", b"N", b"(.", b"\xff", b"X\xff\xff\xff\x7f", b"h\x00.", b"(a.", b"e.", b"1.", b"\x80\x09.", b'S"x\n.', b"I'\n.", b"NN)b.", b"K\x01)\x81.", b"NQ.", b"\x97.", b"\x82\x05.", b"}(Nu.", b"\x95\xff\xff\xff\xff\xff\xff\xff\x7f."):
    try:
        print(data, pickle.loads(data))
    except Exception as e:
        print(data, type(e).__name__, e)

class Odd:
    def __init__(self, value):
        self.value = value
    def __reduce__(self):
        return self.value

for value in (3, (), (int,), (3, ()), (int, 3), (int, (), None, 3), (int, (), 1, None, None, 3)):
    try:
        pickle.dumps([Odd(value)])
    except pickle.PicklingError as e:
        print(e, e.__notes__)
# stdout:
#| b'' EOFError Ran out of input
#| b'.' UnpicklingError unpickling stack underflow
#| b'N' EOFError Ran out of input
#| b'(.' UnpicklingError unexpected MARK found
#| b'\xff' UnpicklingError invalid load key, '\xff'.
#| b'X\xff\xff\xff\x7f' UnpicklingError pickle data was truncated
#| b'h\x00.' UnpicklingError Memo value not found at index 0
#| b'(a.' UnpicklingError unexpected MARK found
#| b'e.' UnpicklingError could not find MARK
#| b'1.' UnpicklingError could not find MARK
#| b'\x80\t.' ValueError unsupported pickle protocol: 9
#| b'S"x\n.' UnpicklingError the STRING opcode argument must be quoted
#| b"I'\n." ValueError could not convert string to int
#| b'NN)b.' UnpicklingError state is not a dictionary
#| b'K\x01)\x81.' UnpicklingError NEWOBJ class argument must be a type, not int
#| b'NQ.' UnpicklingError A load persistent id instruction was encountered, but no persistent_load function was specified.
#| b'\x97.' UnpicklingError pickle stream refers to out-of-band data but no *buffers* argument was given
#| b'\x82\x05.' ValueError unregistered extension code 5
#| b'}(Nu.' UnpicklingError odd number of items for SETITEMS
#| b'\x95\xff\xff\xff\xff\xff\xff\xff\x7f.' UnpicklingError read would overflow (invalid bytecode)
#| __reduce__ must return a string or tuple, not int ['when serializing Odd object', 'when serializing list item 0']
#| tuple returned by __reduce__ must contain 2 through 6 elements ['when serializing Odd object', 'when serializing list item 0']
#| tuple returned by __reduce__ must contain 2 through 6 elements ['when serializing Odd object', 'when serializing list item 0']
#| first item of the tuple returned by __reduce__ must be callable, not int ['when serializing Odd object', 'when serializing list item 0']
#| second item of the tuple returned by __reduce__ must be a tuple, not int ['when serializing Odd object', 'when serializing list item 0']
#| fourth item of the tuple returned by __reduce__ must be an iterator, not int ['when serializing Odd object', 'when serializing list item 0']
#| sixth item of the tuple returned by __reduce__ must be callable, not int ['when serializing Odd object', 'when serializing list item 0']
