//! Nothing in the update path allocates after the first step.

use losses_optim::optim;

#[test]
fn steps_after_the_first_allocate_nothing() {
    for entry in optim::ALL {
        let mut optimizer = (entry.over_f32)();
        let (mut w, g) = (vec![1.0; 1000], vec![0.1; 1000]);
        optimizer.step(&mut w, &g, 0.01).unwrap();
        let measured = allocation_counter::measure(|| {
            for _ in 0..100 {
                optimizer.step(&mut w, &g, 0.01).unwrap();
            }
        });
        assert_eq!(measured.count_total, 0, "{}", entry.name);
    }
}
