//! Convolution over one or two axes, and its transpose.
//!
//! Three primitives, each bilinear in two of (image, kernels, result) and closed under differentiation: the convolution,
//! what its images receive ([`ConvolveInput`], which is the transposed convolution), and what its kernels receive
//! ([`ConvolveKernels`]).

use crate::array::convolution::{Geometry, convolve, convolve_input, convolve_kernels};
use crate::array::window::Axis;
use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, reshape};

/// How a window moves over so many axes, and how channels are grouped.
///
/// ```
/// use autograd::op::convolution::Convolution;
///
/// let halving = Convolution { stride: [2, 2], padding: [1, 1], ..Convolution::default() };
/// assert_eq!((halving.dilation, halving.groups), ([1, 1], 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution<const AXES: usize> {
    /// How far the window moves along each axis from one position to the next.
    pub stride: [usize; AXES],
    /// How many zeros are thought on either side of each axis.
    pub padding: [usize; AXES],
    /// How far the taps of the window lie apart along each axis.
    pub dilation: [usize; AXES],
    /// In how many groups the channels are convolved each by itself; as many as there are channels makes the convolution
    /// depthwise.
    pub groups: usize,
}

impl<const AXES: usize> Default for Convolution<AXES> {
    /// Every position, no padding, neighbouring taps, one group.
    fn default() -> Self {
        Self { stride: [1; AXES], padding: [0; AXES], dilation: [1; AXES], groups: 1 }
    }
}

impl Convolution<1> {
    /// The same along the second of two axes, of which the first has length 1.
    fn along_second(self) -> Convolution<2> {
        Convolution {
            stride: [1, self.stride[0]],
            padding: [0, self.padding[0]],
            dilation: [1, self.dilation[0]],
            groups: self.groups,
        }
    }
}

impl Convolution<2> {
    fn axis(&self, axis: usize, length: usize, size: usize) -> Axis {
        Axis {
            length,
            size,
            stride: self.stride[axis],
            padding: self.padding[axis],
            dilation: self.dilation[axis],
        }
    }

    /// The sizes of a convolution of images of this shape with kernels of that one.
    fn geometry(
        &self,
        name: &'static str,
        images: &[usize],
        kernels: &[usize],
    ) -> Result<Geometry, ShapeError> {
        let shapes = [images, kernels];
        let (&[count, channels, height, width], &[filters, of_group, rows, columns]) = (images, kernels)
        else {
            return Err(ShapeError::new(
                name,
                shapes,
                "expected images × channels × height × width and filters × channels of a group × height × width",
            ));
        };
        let groups = self.groups;
        if groups == 0 || channels != of_group * groups || filters % groups != 0 {
            let reason = format!(
                "axis 1 of the images has {channels} channels, axis 0 of the kernels {filters} filters; in {groups} groups \
                 of {of_group} channels (axis 1 of the kernels) there must be {} channels, and equally many filters each",
                of_group * groups
            );
            return Err(ShapeError::new(name, shapes, reason));
        }
        let axes = [self.axis(0, height, rows), self.axis(1, width, columns)];
        for axis in &axes {
            axis.check(name, &shapes)?;
        }
        Ok(Geometry { images: count, groups, channels: of_group, filters: filters / groups, axes })
    }
}

/// The shape of what a convolution of these sizes gives.
fn result_shape(geometry: &Geometry) -> [usize; 4] {
    let [height, width] = geometry.axes.map(|axis| axis.positions());
    [geometry.images, geometry.groups * geometry.filters, height, width]
}

/// Refuses a cotangent that is not shaped like the result.
fn check_result(
    name: &'static str,
    geometry: &Geometry,
    result: &[usize],
    other: &[usize],
) -> Result<(), ShapeError> {
    let expected = result_shape(geometry);
    if result == expected {
        return Ok(());
    }
    let reason = format!("expected the shape {expected:?} of the convolution's result, found {result:?}");
    Err(ShapeError::new(name, [result, other], reason))
}

/// Axis `axis` of an operand that is expected to have four.
fn length(
    name: &'static str,
    shapes: [&[usize]; 2],
    operand: usize,
    axis: usize,
) -> Result<usize, ShapeError> {
    match shapes[operand] {
        four @ [_, _, _, _] => Ok(four[axis]),
        other => {
            let reason = format!("expected four axes for operand {operand}, found {}", other.len());
            Err(ShapeError::new(name, shapes, reason))
        }
    }
}

/// y\[n, f, p\] = Σ x\[n, c, p·stride + t·dilation − padding\]·w\[f, c, t\] over the channels c of the filter's group and the
/// taps t of the window; x is 0 in the padding.
#[derive(Debug, Clone, Copy)]
pub struct Convolve(
    /// How the window moves.
    pub Convolution<2>,
);

/// What the images of a convolution receive: the transposed convolution, which adds to x\[n, c, p·stride + t·dilation −
/// padding\] the product c\[n, f, p\]·w\[f, c, t\].
#[derive(Debug, Clone, Copy)]
pub struct ConvolveInput {
    /// How the window of the convolution moves.
    pub convolution: Convolution<2>,
    /// Height and width of its images, which their result alone does not tell.
    pub input: [usize; 2],
}

/// What the kernels of a convolution receive: w\[f, c, t\] = Σ x\[n, c, p·stride + t·dilation − padding\]·c\[n, f, p\] over
/// images n and positions p.
#[derive(Debug, Clone, Copy)]
pub struct ConvolveKernels {
    /// How the window of the convolution moves.
    pub convolution: Convolution<2>,
    /// Height and width of its kernels, which images and result alone do not tell.
    pub kernel: [usize; 2],
}

impl Primitive for Convolve {
    const NAME: &'static str = "conv2d";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let geometry = self.0.geometry(Self::NAME, x[0].shape(), x[1].shape())?;
        let (images, kernels) = (x[0].to_contiguous(), x[1].to_contiguous());
        Ok(Array::written(&result_shape(&geometry), |y| {
            convolve(&geometry, images.contiguous(), kernels.contiguous(), y);
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let convolution = self.0;
        into.add(0, || {
            let input = [x[0].shape()[2], x[0].shape()[3]];
            bind(ConvolveInput { convolution, input }, &[&cotangent, &x[1]])
        });
        into.add(1, || {
            let kernel = [x[1].shape()[2], x[1].shape()[3]];
            bind(ConvolveKernels { convolution, kernel }, &[&x[0], &cotangent])
        });
    }
}

impl Primitive for ConvolveInput {
    const NAME: &'static str = "conv_transpose2d";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shapes = [x[0].shape(), x[1].shape()];
        let images = length(Self::NAME, shapes, 0, 0)?;
        let channels = length(Self::NAME, shapes, 1, 1)? * self.convolution.groups;
        let input = [images, channels, self.input[0], self.input[1]];
        let geometry = self.convolution.geometry(Self::NAME, &input, shapes[1])?;
        check_result(Self::NAME, &geometry, shapes[0], shapes[1])?;
        let (cotangent, kernels) = (x[0].to_contiguous(), x[1].to_contiguous());
        Ok(Array::written(&input, |x| {
            convolve_input(&geometry, cotangent.contiguous(), kernels.contiguous(), x);
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let convolution = self.convolution;
        into.add(0, || bind(Convolve(convolution), &[&cotangent, &x[1]]));
        into.add(1, || {
            let kernel = [x[1].shape()[2], x[1].shape()[3]];
            bind(ConvolveKernels { convolution, kernel }, &[&cotangent, &x[0]])
        });
    }
}

impl Primitive for ConvolveKernels {
    const NAME: &'static str = "conv2d_kernels";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shapes = [x[0].shape(), x[1].shape()];
        let channels = length(Self::NAME, shapes, 0, 1)? / self.convolution.groups.max(1);
        let kernels = [length(Self::NAME, shapes, 1, 1)?, channels, self.kernel[0], self.kernel[1]];
        let geometry = self.convolution.geometry(Self::NAME, shapes[0], &kernels)?;
        check_result(Self::NAME, &geometry, shapes[1], shapes[0])?;
        let (images, cotangent) = (x[0].to_contiguous(), x[1].to_contiguous());
        Ok(Array::written(&kernels, |w| {
            convolve_kernels(&geometry, images.contiguous(), cotangent.contiguous(), w);
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let convolution = self.convolution;
        into.add(0, || {
            let input = [x[0].shape()[2], x[0].shape()[3]];
            bind(ConvolveInput { convolution, input }, &[&x[1], &cotangent])
        });
        into.add(1, || bind(Convolve(convolution), &[&x[0], &cotangent]));
    }
}

/// Gives arrays along one axis a second one of length 1, and takes it from what comes out.
#[track_caller]
fn with_second_axis<A: ArrayAlgebra>(
    name: &'static str,
    x: &A,
    weight: &A,
    of: impl FnOnce(&A, &A) -> A,
) -> A {
    let widened = |x: &A| {
        let &[first, second, length] = x.shape() else {
            let reason = "expected images × channels × length and filters × channels of a group × length";
            panic!("{}", ShapeError::new(name, [x.shape(), weight.shape()], reason))
        };
        reshape::reshape(x, &[first, second, 1, length])
    };
    let result = of(&widened(x), &widened(weight));
    let shape = [result.shape()[0], result.shape()[1], result.shape()[3]];
    reshape::reshape(&result, &shape)
}

/// The convolution of images (images × channels × height × width) with kernels (filters × channels of a group × height ×
/// width):
///
/// ```text
/// y[n, f, p] = Σ x[n, c, p·stride + t·dilation − padding]·w[f, c, t]
/// ```
///
/// with positions p and taps t along both axes, summed over t and the channels c of the filter's group. Without dilation an
/// axis of length L becomes ⌊(L + 2·padding − size)/stride⌋ + 1 long. As everywhere in machine learning the kernel is not
/// turned round: mathematically it is the cross-correlation.
///
/// # Gradient
///
/// The images receive the transposed convolution of the cotangent with the kernels, the kernels the correlation of the images
/// with the cotangent. Both are primitives whose gradients are of these three kinds again.
///
/// # Panics
/// If there are not four axes, the channels do not fit the groups, or the window is longer than an axis with its padding.
///
/// # Example
///
/// ```
/// use autograd::op::convolution::Convolution;
/// use autograd::{Array, ArrayOps};
///
/// let image = Array::new(&[1, 1, 2, 3], vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0])?;
/// let difference = Array::new(&[1, 1, 1, 2], vec![-1.0, 1.0])?;
/// let slopes = image.conv2d(&difference, Convolution::default());
/// assert_eq!((slopes.shape(), slopes.to_vec()), (&[1, 1, 2, 2][..], vec![1.0, 2.0, 8.0, 16.0]));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// V. Dumoulin & F. Visin 2016, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285. Computed as a product
/// of matrices: K. Chellapilla, S. Puri & P. Simard 2006, *High performance convolutional neural networks for document
/// processing*.
#[track_caller]
pub fn conv2d<A: ArrayAlgebra>(x: &A, weight: &A, convolution: Convolution<2>) -> A {
    bind(Convolve(convolution), &[x, weight])
}

/// The convolution along one axis: of signals (signals × channels × length) with kernels (filters × channels of a group ×
/// length), which gives signals × filters × positions. Sum, length, source and an example are those of [`conv2d`], with one
/// axis for two.
///
/// # Gradient
///
/// The signals receive the transposed convolution of the cotangent with the kernels, the kernels the correlation of the
/// signals with the cotangent.
///
/// # Panics
/// If there are not three axes, the channels do not fit the groups, or the window is longer than the axis with its padding.
#[track_caller]
pub fn conv1d<A: ArrayAlgebra>(x: &A, weight: &A, convolution: Convolution<1>) -> A {
    with_second_axis("conv1d", x, weight, |x, weight| conv2d(x, weight, convolution.along_second()))
}

/// The transposed convolution: as a linear map the transpose of [`conv2d`] with the same kernels, which makes an axis longer
/// where that makes it shorter.
///
/// ```text
/// y[n, c, p·stride + t·dilation − padding] += x[n, f, p]·w[f, c, t]
/// ```
///
/// Axis 0 of the kernels belongs to the channels of `x`, axis 1 to a group's channels of the result, as in PyTorch's
/// `conv_transpose2d`. Without dilation an axis of length L becomes (L − 1)·stride − 2·padding + size + `longer` long:
/// several lengths become one under a convolution with a stride, and `longer`, less than the stride, tells which is meant.
///
/// # Gradient
///
/// `x` receives the convolution of the cotangent, the kernels the correlation of the cotangent with `x`.
///
/// # Panics
/// If there are not four axes, the channels do not fit the groups, `longer` is not less than the stride, or the padding takes
/// everything away.
///
/// # Example
///
/// ```
/// use autograd::op::convolution::Convolution;
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[1, 1, 1, 2], vec![1.0, 10.0])?;
/// let weight = Array::new(&[1, 1, 1, 2], vec![1.0, 2.0])?;
/// let doubling = Convolution { stride: [1, 2], ..Convolution::default() };
/// assert_eq!(x.conv_transpose2d(&weight, doubling, [0, 0]).to_vec(), [1.0, 2.0, 10.0, 20.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// V. Dumoulin & F. Visin 2016, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285, section 4.
#[track_caller]
pub fn conv_transpose2d<A: ArrayAlgebra>(
    x: &A,
    weight: &A,
    convolution: Convolution<2>,
    longer: [usize; 2],
) -> A {
    let refuse = |reason: String| -> ! {
        panic!("{}", ShapeError::new(ConvolveInput::NAME, [x.shape(), weight.shape()], reason))
    };
    let (&[_, _, height, width], &[_, _, rows, columns]) = (x.shape(), weight.shape()) else {
        refuse("expected four axes for both operands".to_owned())
    };
    let input = [0, 1].map(|axis| {
        let (length, size) = ([height, width][axis], [rows, columns][axis]);
        let window = convolution.axis(axis, length, size);
        if longer[axis] >= window.stride {
            refuse(format!(
                "an axis is longer by less than the stride {}, found {}",
                window.stride, longer[axis]
            ));
        }
        let unpadded =
            (length.max(1) - 1) * window.stride + window.dilation * (size.max(1) - 1) + longer[axis] + 1;
        match unpadded.checked_sub(2 * window.padding) {
            Some(input) => input,
            None => refuse(format!("the padding takes away more than the {unpadded} elements of an axis")),
        }
    });
    bind(ConvolveInput { convolution, input }, &[x, weight])
}

/// The transposed convolution along one axis: of signals × channels × length with kernels of channels × channels of a group ×
/// length. Sum, length, source and an example are those of [`conv_transpose2d`], with one axis for two.
///
/// # Gradient
///
/// `x` receives the convolution of the cotangent, the kernels the correlation of the cotangent with `x`.
///
/// # Panics
/// If there are not three axes, the channels do not fit the groups, `longer` is not less than the stride, or the padding
/// takes everything away.
#[track_caller]
pub fn conv_transpose1d<A: ArrayAlgebra>(
    x: &A,
    weight: &A,
    convolution: Convolution<1>,
    longer: [usize; 1],
) -> A {
    with_second_axis("conv_transpose1d", x, weight, |x, weight| {
        conv_transpose2d(x, weight, convolution.along_second(), [0, longer[0]])
    })
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let plain = Convolution::default();
    let all = Convolution { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 };
    let strided = Convolution { stride: [2, 3], ..plain };
    let mut cases = Vec::new();
    let geometries: [(Convolution<2>, [usize; 4], [usize; 4]); 7] = [
        (plain, [2, 1, 3, 3], [2, 1, 2, 2]),
        (all, [2, 4, 3, 4], [2, 2, 2, 3]),
        // The last rows and columns are under no window.
        (strided, [1, 2, 4, 6], [1, 2, 2, 2]),
        (Convolution { padding: [2, 2], ..plain }, [1, 1, 1, 1], [1, 1, 3, 3]),
        // Depthwise.
        (Convolution { groups: 2, ..plain }, [1, 2, 2, 2], [2, 1, 1, 1]),
        (plain, [0, 1, 3, 3], [2, 1, 2, 2]),
        (plain, [1, 0, 2, 2], [1, 0, 2, 2]),
    ];
    for (convolution, images, kernels) in geometries {
        let geometry = convolution.geometry("case", &images, &kernels).expect("a case");
        let result = result_shape(&geometry);
        let (input, kernel) = ([images[2], images[3]], [kernels[2], kernels[3]]);
        cases.push(Case::new(Convolve(convolution), &[&images, &kernels]));
        cases.push(Case::new(ConvolveInput { convolution, input }, &[&result, &kernels]));
        cases.push(Case::new(ConvolveKernels { convolution, kernel }, &[&images, &result]));
    }
    cases.push(Case::new(Convolve(plain), &[&[1, 1, 3, 2], &[1, 1, 2, 2]]).transposed());
    cases
}
