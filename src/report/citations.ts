// Data table: the papers that the methods texts and the metric catalogue name.
export const citations = {
  ho2020: 'Ho J, Jain A, Abbeel P. Denoising diffusion probabilistic models. NeurIPS 2020. arXiv 2006.11239.',
  song2021: 'Song J, Meng C, Ermon S. Denoising diffusion implicit models. ICLR 2021. arXiv 2010.02502.',
  nichol2021: 'Nichol A, Dhariwal P. Improved denoising diffusion probabilistic models. ICML 2021. arXiv 2102.09672.',
  salimans2022: 'Salimans T, Ho J. Progressive distillation for fast sampling of diffusion models. ICLR 2022. arXiv 2202.00512.',
  preechakul2022: 'Preechakul K, Chatthee N, Wizadwongsa S, Suwajanakorn S. Diffusion autoencoders: toward a meaningful and decodable representation. CVPR 2022. arXiv 2111.15640.',
  chen2016: 'Chen J, Adams A, Wadhwa N, Hasinoff SW. Bilateral guided upsampling. ACM Trans Graph 35(6):203, 2016.',
  gharbi2017: 'Gharbi M, Chen J, Barron JT, Hasinoff SW, Durand F. Deep bilateral learning for real-time image enhancement. ACM Trans Graph 36(4):118, 2017.',
  huang2017: 'Huang X, Belongie S. Arbitrary style transfer in real-time with adaptive instance normalization. ICCV 2017. arXiv 1703.06868.',
  vanLeemput1999: 'Van Leemput K, Maes F, Vandermeulen D, Suetens P. Automated model-based bias field correction of MR images of the brain. IEEE Trans Med Imaging 18(10):885–896, 1999.',
  nyul2000: 'Nyúl LG, Udupa JK, Zhang X. New variants of a method of MRI scale standardization. IEEE Trans Med Imaging 19(2):143–150, 2000.',
  otsu1979: 'Otsu N. A threshold selection method from gray-level histograms. IEEE Trans Syst Man Cybern 9(1):62–66, 1979.',
  vallender1974: 'Vallender SS. Calculation of the Wasserstein distance between probability distributions on the line. Theory Probab Appl 18(4):784–786, 1974.',
  smirnov1948: 'Smirnov N. Table for estimating the goodness of fit of empirical distributions. Ann Math Stat 19(2):279–281, 1948.',
  lin1991: 'Lin J. Divergence measures based on the Shannon entropy. IEEE Trans Inf Theory 37(1):145–151, 1991.',
  wang2004: 'Wang Z, Bovik AC, Sheikh HR, Simoncelli EP. Image quality assessment: from error visibility to structural similarity. IEEE Trans Image Process 13(4):600–612, 2004.',
  studholme1999: 'Studholme C, Hill DLG, Hawkes DJ. An overlap invariant entropy measure of 3D medical image alignment. Pattern Recognit 32(1):71–86, 1999.',
  lucas1981: 'Lucas BD, Kanade T. An iterative image registration technique with an application to stereo vision. IJCAI 1981:674–679.',
  forman1995: 'Forman SD et al. Improved assessment of significant activation in functional magnetic resonance imaging. Magn Reson Med 33(5):636–647, 1995.',
  esteban2017: 'Esteban O et al. MRIQC: advancing the automatic prediction of image quality in MRI from unseen sites. PLoS ONE 12(9):e0184661, 2017.',
  efron1987: 'Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 82(397):171–185, 1987.',
  phipson2010: 'Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol Biol 9(1):39, 2010.',
} as const;

export type CitationId = keyof typeof citations;
