//! `math.factorial`, `math.comb` and `math.perm`.

use dashu_int::{IBig, Sign, UBig, ops::UnsignedAbs};

use super::Fault;
use super::int_math::{MAX_BITS, bit_length};

/// The product of the numbers from `low` to below `high`, `step` apart, in halves of like size.
fn product(low: u64, high: u64, step: u64) -> UBig {
    let count = (high.saturating_sub(low)).div_ceil(step);
    if count > 8 {
        let middle = low + count / 2 * step;
        return product(low, middle, step) * product(middle, high, step);
    }
    let (mut result, mut word) = (UBig::ONE, 1u64);
    for nth in 0..count {
        let factor = low + nth * step;
        match word.checked_mul(factor) {
            Some(next) => word = next,
            None => {
                result *= word;
                word = factor;
            }
        }
    }
    result * word
}

/// `math.factorial(n)`.
pub fn factorial(n: &IBig) -> Result<IBig, Fault> {
    if n.sign() == Sign::Negative {
        return Err(Fault::value("factorial() not defined for negative values"));
    }
    let n = i64::try_from(n)
        .map_err(|_| Fault::overflow(format!("factorial() argument should not exceed {}", i64::MAX)))?;
    let n = n.unsigned_abs();
    // n! has more than n * (log2(n) - 2) bits.
    if u128::from(n) * u128::from(n.max(1).ilog2().saturating_sub(2)) > MAX_BITS {
        return Err(Fault::memory());
    }
    // The odd numbers up to n, to n/2, to n/4 and so on, and as many twos as are left.
    let (mut inner, mut outer) = (UBig::ONE, UBig::ONE);
    let mut low = 3;
    for shift in (0..64 - n.leading_zeros()).rev() {
        let high = ((n >> shift) + 1) | 1;
        if high > low {
            inner *= product(low, high, 2);
            low = high;
        }
        outer *= &inner;
    }
    let twos = (n - u64::from(n.count_ones())) as usize;
    Ok(IBig::from(outer << twos))
}

/// `n * (n - 1) * ... ` of `k` factors.
fn falling(n: &UBig, k: u64) -> UBig {
    if let Ok(n) = u64::try_from(n)
        && n < u64::MAX
        && k <= n
    {
        return product(n - k + 1, n + 1, 1);
    }
    if k > 8 {
        let half = k / 2;
        return falling(n, half) * falling(&(n - half), k - half);
    }
    (0..k).fold(UBig::ONE, |result, nth| result * (n - nth))
}

fn check_size(n: &IBig, k: u64) -> Result<(), Fault> {
    let least = bit_length(n).saturating_sub(1) as u128;
    // Of n, n-1, ... n-k+1 at least half are above n/2.
    if u128::from(k) / 2 * least.saturating_sub(1) > MAX_BITS { Err(Fault::memory()) } else { Ok(()) }
}

fn check_signs(n: &IBig, k: &IBig) -> Result<(), Fault> {
    if n.sign() == Sign::Negative {
        return Err(Fault::value("n must be a non-negative integer"));
    }
    if k.sign() == Sign::Negative {
        return Err(Fault::value("k must be a non-negative integer"));
    }
    Ok(())
}

/// `math.perm(n, k)`.
pub fn perm(n: &IBig, k: &IBig) -> Result<IBig, Fault> {
    check_signs(n, k)?;
    if k > n {
        return Ok(IBig::ZERO);
    }
    let k = i64::try_from(k).map_err(|_| Fault::overflow(format!("k must not exceed {}", i64::MAX)))?;
    check_size(n, k.unsigned_abs())?;
    Ok(IBig::from(falling(&n.unsigned_abs(), k.unsigned_abs())))
}

/// `math.comb(n, k)`.
pub fn comb(n: &IBig, k: &IBig) -> Result<IBig, Fault> {
    check_signs(n, k)?;
    if k > n {
        return Ok(IBig::ZERO);
    }
    let k = k.clone().min(n - k);
    let k = i64::try_from(&k)
        .map_err(|_| Fault::overflow(format!("min(n - k, k) must not exceed {}", i64::MAX)))?
        .unsigned_abs();
    let size = n.unsigned_abs();
    if let Ok(n) = u64::try_from(&size)
        && let Some(result) = small_comb(n, k)
    {
        return Ok(IBig::from(result));
    }
    // The result has at least k bits, as n is at least 2k.
    if u128::from(k) > MAX_BITS {
        return Err(Fault::memory());
    }
    check_size(n, k)?;
    Ok(IBig::from(falling(&size, k) / product(1, k + 1, 1)))
}

/// By machine words, if that is short and fits.
fn small_comb(n: u64, k: u64) -> Option<u64> {
    if k > 64 {
        return None;
    }
    let mut result = 1u128;
    for nth in 0..k {
        result = result * u128::from(n - nth) / u128::from(nth + 1);
        if result > u128::from(u64::MAX) {
            return None;
        }
    }
    u64::try_from(result).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(value: i64) -> IBig {
        IBig::from(value)
    }

    #[test]
    fn values_and_messages() {
        let mut want = IBig::ONE;
        for n in 0..200 {
            want *= big(n.max(1));
            assert_eq!(factorial(&big(n)), Ok(want.clone()));
        }
        assert_eq!(comb(&big(10), &big(3)), Ok(big(120)));
        assert_eq!(comb(&big(3), &big(10)), Ok(big(0)));
        let huge = big(10).pow(30);
        assert_eq!(comb(&huge, &big(2)), Ok(&huge * (&huge - big(1)) / big(2)));
        assert_eq!(perm(&huge, &big(2)), Ok(&huge * (&huge - big(1))));
        assert_eq!(perm(&big(5), &big(0)), Ok(big(1)));
        assert_eq!(
            comb(&big(200), &big(100)),
            Ok(factorial(&big(200)).unwrap() / factorial(&big(100)).unwrap().pow(2))
        );
        assert_eq!(comb(&big(-1), &big(1)).unwrap_err().msg, "n must be a non-negative integer");
        assert_eq!(
            comb(&huge, &(&huge / big(2))).unwrap_err().msg,
            "min(n - k, k) must not exceed 9223372036854775807"
        );
        assert_eq!(factorial(&big(1 << 40)), Err(Fault::memory()));
    }
}
