//! Every registered operation: exact against numeric, forward against reverse, second order, nested; f32 and f64.

#[test]
fn every_registered_operation_passes_every_check() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (operation, cases) in autograd::op::cases() {
        for case in cases {
            count += 1;
            if let Err(discrepancy) = case.check() {
                failures.push(format!("{operation}, {case:?}: {discrepancy}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 100, "the register lists {count} cases only");
}
