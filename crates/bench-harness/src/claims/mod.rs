//! Every claim of the lecture, one file each, registered in the lecture's order.

use crate::claim::Claim;

/// A stretch of the lecture, with its claims.
pub struct Section {
    /// The part of the lecture, such as "Part 3: optimisation".
    pub part: &'static str,
    /// What the section is about.
    pub title: &'static str,
    /// Its claims, in the lecture's order.
    pub claims: &'static [&'static dyn Claim],
}

/// Declares the modules of the claims, section by section, and lists them in the order given, which is the lecture's.
macro_rules! register {
    ($($part:literal { $($section:ident $title:literal { $($module:ident :: $claim:ident),* $(,)? })* })*) => {
        $($(
            #[doc = $title]
            pub mod $section {
                $(pub mod $module;)*
            }
        )*)*

        /// The sections of the lecture, in its order.
        pub static SECTIONS: &[Section] = &[$($(
            Section { part: $part, title: $title, claims: &[$(&$section::$module::$claim),*] },
        )*)*];

        /// Every registered claim, in the lecture's order.
        pub static ALL: &[&dyn Claim] = &[$($($(&$section::$module::$claim,)*)*)*];
    };
}

register! {
    "Part 1: loss functions" {
        likelihood "Maximum likelihood" {}
        classification "L-norms and other losses for classification" {}
    }
    "Part 2: margins and subgradients" {
        margin "Zero-one loss and hinge" {}
        subgradient "Subgradients" {}
        support_vectors "Support vector machines" {}
    }
    "Part 3: optimisation" {
        descent "Gradient descent and batches" {
            gd_decrease_and_minimum::GdDecreaseAndMinimum,
        }
        surface "The loss surface" {}
        capacity "Capacity and memorisation" {
            fits_random_labels::FitsRandomLabels,
            corruption_curve::CorruptionCurve,
            explicit_regularisation_role::ExplicitRegularisationRole,
            two_n_plus_d_weights::TwoNPlusDWeights,
        }
        learning_rate "The learning rate" {
            learning_rate_regimes::LearningRateRegimes,
            decay_by_ten::DecayByTen,
        }
        second_order "Second-order methods" {
            line_search_costs_and_works::LineSearchCostsAndWorks,
            newton_cost_and_saddles::NewtonCostAndSaddles,
            lbfgs_outside_batch::LbfgsOutsideBatch,
        }
        momentum "Momentum" {
            momentum_acceleration::MomentumAcceleration,
            momentum_damps_oscillation_and_variance::MomentumDampsOscillationAndVariance,
            nag_forms_equal::NagFormsEqual,
            nag_figure::NagFigure,
        }
        adaptive "Adaptive methods" {
            adagrad_rare_features::AdagradRareFeatures,
            adagrad_decays_rmsprop_does_not::AdagradDecaysRmspropDoesNot,
            adadelta_no_learning_rate::AdadeltaNoLearningRate,
            adam_paper_figures::AdamPaperFigures,
            adam_robustness::AdamRobustness,
            adam_fails_online::AdamFailsOnline,
            adam_fails_stochastic::AdamFailsStochastic,
            amsgrad_effect::AmsgradEffect,
            sgd_nesterov_decay_vs_adam::SgdNesterovDecayVsAdam,
        }
        distributed "Distributed training" {
            distributed_gradient_descent::DistributedGradientDescent,
        }
    }
    "Errata" {
        errata "What is printed, and what should be" {
            errata::Errata,
        }
    }
}
