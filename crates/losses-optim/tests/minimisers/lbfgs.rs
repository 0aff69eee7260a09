//! The memory of L-BFGS.

use losses_optim::minimise::LbfgsMemory;

#[test]
fn lbfgs_with_a_full_memory_is_bfgs() {
    // With as many pairs as steps, the two loops give the dense matrix's direction.
    let mut memory = LbfgsMemory::<f64>::new(3);
    let pairs = [([1.0, 0.5], [3.0, 1.0]), ([-0.3, 1.0], [-0.5, 5.0]), ([0.2, -0.4], [0.5, -1.0])];
    for (s, y) in &pairs {
        assert!(memory.push(s, y));
    }
    // H₀ = γI, then H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ (Nocedal and Wright, equation 6.17).
    let (s, y) = pairs[2];
    let gamma = (s[0] * y[0] + s[1] * y[1]) / (y[0] * y[0] + y[1] * y[1]);
    let mut h = [[gamma, 0.0], [0.0, gamma]];
    for (s, y) in pairs {
        let rho = 1.0 / (s[0] * y[0] + s[1] * y[1]);
        let left =
            [[1.0 - rho * s[0] * y[0], -rho * s[0] * y[1]], [-rho * s[1] * y[0], 1.0 - rho * s[1] * y[1]]];
        let mut next = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                next[i][j] = rho * s[i] * s[j];
                for k in 0..2 {
                    for l in 0..2 {
                        next[i][j] += left[i][k] * h[k][l] * left[j][l];
                    }
                }
            }
        }
        h = next;
    }
    let g = [0.7, -1.1];
    let mut direction = [0.0; 2];
    memory.direction(&g, &mut direction);
    for (d, row) in direction.iter().zip(h) {
        let expected = -(row[0] * g[0] + row[1] * g[1]);
        assert!((d - expected).abs() < 1e-13, "{d} instead of {expected}");
    }
}

#[test]
fn a_full_memory_forgets_the_oldest_pair() {
    let pair = |i: usize| ([1.0, f64::from(i as u8)], [2.0, 1.0 + 3.0 * f64::from(i as u8)]);
    let (mut long, mut short) = (LbfgsMemory::new(2), LbfgsMemory::new(2));
    for i in 0..5 {
        let (s, y) = pair(i);
        assert!(long.push(&s, &y));
        if i >= 3 {
            assert!(short.push(&s, &y));
        }
    }
    let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
    long.direction(&[1.0, -2.0], &mut a);
    short.direction(&[1.0, -2.0], &mut b);
    assert_eq!(a, b);
    for (s, y) in [([1.0, 0.0], [0.0, 1.0]), ([f64::NAN, 0.0], [1.0, 1.0]), ([0.0; 2], [0.0; 2])] {
        assert!(!long.push(&s, &y), "{s:?} {y:?}");
    }
}
