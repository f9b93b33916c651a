# A look at arguments that are numbers. Nearly all are arrays that pass as they are; found out here and not in Python,
# that makes frames_to_time of a short array 20 % faster.

cdef object ARRAY, FIRST, SECOND, THIRD, OTHER


def open_gate(array, dtypes, other):
    """What `as_numbers` lets pass as it is, arrays of three dtypes; all else goes through `other`."""
    global ARRAY, FIRST, SECOND, THIRD, OTHER
    ARRAY, OTHER = array, other
    FIRST, SECOND, THIRD = dtypes


cdef object numbers_of(object value, object name):
    if type(value) is ARRAY:
        dtype = value.dtype
        if dtype is FIRST or dtype is SECOND or dtype is THIRD:
            return value
    return OTHER(value, name)


def as_numbers(value, name, /):
    """`value` as an array (subclasses pass through), or an error for what holds no numbers."""
    return numbers_of(value, name)


def as_scalar_or_array(value, name, /):
    """Like `as_numbers`, with a 0-d array turned into its NumPy scalar."""
    numbers = numbers_of(value, name)
    return numbers if numbers.ndim else numbers[()]
