//! The order of the lecture, in which the index lists its claims.

/// The order in which all that is drawn from several reports lists the claims: the lecture's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// A stretch of the lecture with the names of its claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The part of the lecture, such as "Part 3: optimisation".
    pub part: String,
    /// What the section is about.
    pub title: String,
    /// The ids of its claims, in order.
    pub claims: Vec<String>,
}

impl Outline {
    /// The position of a claim in the lecture; after all others for a claim that it does not have.
    pub(super) fn rank(&self, id: &str) -> usize {
        let claims = || self.sections.iter().flat_map(|section| &section.claims);
        claims().position(|claim| claim == id).unwrap_or_else(|| claims().count())
    }

    /// Whether the claim of this name has its place in a section.
    pub fn has(&self, id: &str) -> bool {
        self.sections.iter().any(|section| section.claims.iter().any(|claim| claim == id))
    }
}
