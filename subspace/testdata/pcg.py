"""PCG with 128 bits of state and DXSM output, written anew from the documentation of
Go's math/rand/v2, for the scripts that compute reference numbers without Go."""

MASK64, MASK128 = (1 << 64) - 1, (1 << 128) - 1
MULTIPLIER = 2549297995355413924 << 64 | 4865540595714422341
INCREMENT = 6364136223846793005 << 64 | 1442695040888963407


class PCG:
    def __init__(self, high, low):
        self.state = high << 64 | low

    def __call__(self):
        """Returns the next 64 bits."""
        self.state = (self.state * MULTIPLIER + INCREMENT) & MASK128
        high, low = self.state >> 64, self.state & MASK64
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & MASK64
        high ^= high >> 48
        return high * (low | 1) & MASK64
