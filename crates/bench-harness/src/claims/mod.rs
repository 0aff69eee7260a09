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
        likelihood "Maximum likelihood" {
            nll_preserves_argmax::NllPreservesArgmax,
            gaussian_nll_is_l2::GaussianNllIsL2,
            categorical_coin::CategoricalCoin,
            categorical_nll_is_cross_entropy::CategoricalNllIsCrossEntropy,
            ce_minimiser_is_kl_minimiser::CeMinimiserIsKlMinimiser,
        }
        classification "L-norms and other losses for classification" {
            ce_with_soft_targets::CeWithSoftTargets,
            l1_l2_are_expected_misclassification::L1L2AreExpectedMisclassification,
            l1_l2_slow_convergence::L1L2SlowConvergence,
            l1_l2_label_noise::L1L2LabelNoise,
            twelve_losses::TwelveLosses,
            first_choice_losses::FirstChoiceLosses,
        }
    }
    "Part 2: margins and subgradients" {
        margin "Zero-one loss and hinge" {
            zero_one_loss_flat::ZeroOneLossFlat,
            hinge_bounds_zero_one::HingeBoundsZeroOne,
            squared_hinge_outliers::SquaredHingeOutliers,
        }
        subgradient "Subgradients" {
            subgradient_inequality::SubgradientInequality,
            subgradient_method_rate::SubgradientMethodRate,
            relu_zero_choice_unnoticed::ReluZeroChoiceUnnoticed,
            ad_of_nonsmooth_identities::AdOfNonsmoothIdentities,
        }
        support_vectors "Support vector machines" {
            svm_hinge_duality::SvmHingeDuality,
            l2svm_vs_softmax::L2svmVsSoftmax,
            weston_watkins::WestonWatkinsClaim,
        }
    }
    "Part 3: optimisation" {
        descent "Gradient descent and batches" {
            gd_decrease_and_minimum::GdDecreaseAndMinimum,
            sgd_not_monotone::SgdNotMonotone,
            batch_throughput::BatchThroughput,
            small_batch_regularises::SmallBatchRegularises,
            small_batch_needs_small_eta::SmallBatchNeedsSmallEta,
        }
        surface "The loss surface" {
            loss_concentrates_with_width::LossConcentratesWithWidth,
            index_grows_with_error::IndexGrowsWithError,
            equivalent_minima::EquivalentMinima,
            global_minimum_may_overfit::GlobalMinimumMayOverfit,
            overprovisioning_finds_one::OverprovisioningFindsOne,
        }
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
            nag_and_momentum_deep::NagAndMomentumDeep,
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
