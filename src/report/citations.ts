import { html, type Html } from './html.ts';

// Data table: the papers that the methods texts and the metric catalogue name.
export const citations = {
  ho2020: 'Ho J, Jain A, Abbeel P. Denoising diffusion probabilistic models. NeurIPS 2020. arXiv 2006.11239.',
  song2021: 'Song J, Meng C, Ermon S. Denoising diffusion implicit models. ICLR 2021. arXiv 2010.02502.',
  bates1969: 'Bates JM, Granger CWJ. The combination of forecasts. Oper Res Q 20(4):451–468, 1969.',
  efron1973: 'Efron B, Morris C. Stein’s estimation rule and its competitors: an empirical Bayes approach. J Am Stat Assoc 68(341):117–130, 1973.',
  nichol2021: 'Nichol A, Dhariwal P. Improved denoising diffusion probabilistic models. ICML 2021. arXiv 2102.09672.',
  salimans2022: 'Salimans T, Ho J. Progressive distillation for fast sampling of diffusion models. ICLR 2022. arXiv 2202.00512.',
  preechakul2022: 'Preechakul K, Chatthee N, Wizadwongsa S, Suwajanakorn S. Diffusion autoencoders: toward a meaningful and decodable representation. CVPR 2022. arXiv 2111.15640.',
  chen2016: 'Chen J, Adams A, Wadhwa N, Hasinoff SW. Bilateral guided upsampling. ACM Trans Graph 35(6):203, 2016.',
  gharbi2017: 'Gharbi M, Chen J, Barron JT, Hasinoff SW, Durand F. Deep bilateral learning for real-time image enhancement. ACM Trans Graph 36(4):118, 2017.',
  huang2017: 'Huang X, Belongie S. Arbitrary style transfer in real-time with adaptive instance normalization. ICCV 2017. arXiv 1703.06868.',
  vanLeemput1999: 'Van Leemput K, Maes F, Vandermeulen D, Suetens P. Automated model-based bias field correction of MR images of the brain. IEEE Trans Med Imaging 18(10):885–896, 1999.',
  nyul2000: 'Nyúl LG, Udupa JK, Zhang X. New variants of a method of MRI scale standardization. IEEE Trans Med Imaging 19(2):143–150, 2000.',
  billot2023: 'Billot B, Greve DN, Puonti O, Thielscher A, Van Leemput K, Fischl B, Dalca AV, Iglesias JE. SynthSeg: segmentation of brain MRI scans of any contrast and resolution without retraining. Med Image Anal 86:102789, 2023.',
  otsu1979: 'Otsu N. A threshold selection method from gray-level histograms. IEEE Trans Syst Man Cybern 9(1):62–66, 1979.',
  vallender1974: 'Vallender SS. Calculation of the Wasserstein distance between probability distributions on the line. Theory Probab Appl 18(4):784–786, 1974.',
  smirnov1948: 'Smirnov N. Table for estimating the goodness of fit of empirical distributions. Ann Math Stat 19(2):279–281, 1948.',
  lin1991: 'Lin J. Divergence measures based on the Shannon entropy. IEEE Trans Inf Theory 37(1):145–151, 1991.',
  wang2004: 'Wang Z, Bovik AC, Sheikh HR, Simoncelli EP. Image quality assessment: from error visibility to structural similarity. IEEE Trans Image Process 13(4):600–612, 2004.',
  studholme1999: 'Studholme C, Hill DLG, Hawkes DJ. An overlap invariant entropy measure of 3D medical image alignment. Pattern Recognit 32(1):71–86, 1999.',
  lucas1981: 'Lucas BD, Kanade T. An iterative image registration technique with an application to stereo vision. IJCAI 1981:674–679.',
  forman1995: 'Forman SD et al. Improved assessment of significant activation in functional magnetic resonance imaging. Magn Reson Med 33(5):636–647, 1995.',
  esteban2017: 'Esteban O et al. MRIQC: advancing the automatic prediction of image quality in MRI from unseen sites. PLoS ONE 12(9):e0184661, 2017.',
  siewerdsen2002: 'Siewerdsen JH, Cunningham IA, Jaffray DA. A framework for noise-power spectrum analysis of multidimensional images. Med Phys 29(11):2655–2671, 2002.',
  sanders2016: 'Sanders J, Hurwitz L, Samei E. Patient-specific quantification of image quality: an automated method for measuring spatial resolution in clinical CT images. Med Phys 43(10):5330–5338, 2016.',
  gevenois1995: 'Gevenois PA et al. Comparison of computed density and macroscopic morphometry in pulmonary emphysema. Am J Respir Crit Care Med 152(2):653–657, 1995.',
  dirksen1999: 'Dirksen A et al. A randomized clinical trial of α1-antitrypsin augmentation therapy. Am J Respir Crit Care Med 160(5):1468–1472, 1999.',
  efron1987: 'Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 82(397):171–185, 1987.',
  phipson2010: 'Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol Biol 9(1):39, 2010.',
  zwanenburg2020: 'Zwanenburg A et al. The Image Biomarker Standardization Initiative: standardized quantitative radiomics for high-throughput image-based phenotyping. Radiology 295(2):328–338, 2020.',
  hedges1981: 'Hedges LV. Distribution theory for Glass’s estimator of effect size and related estimators. J Educ Stat 6(2):107–128, 1981.',
  brown1974: 'Brown MB, Forsythe AB. Robust tests for the equality of variances. J Am Stat Assoc 69(346):364–367, 1974.',
  gretton2012: 'Gretton A, Borgwardt KM, Rasch MJ, Schölkopf B, Smola A. A kernel two-sample test. J Mach Learn Res 13:723–773, 2012.',
  binkowski2018: 'Bińkowski M, Sutherland DJ, Arbel M, Gretton A. Demystifying MMD GANs. ICLR 2018. arXiv 1801.01401.',
  benjamini1995: 'Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to multiple testing. J R Stat Soc B 57(1):289–300, 1995.',
  delong1988: 'DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver operating characteristic curves: a nonparametric approach. Biometrics 44(3):837–845, 1988.',
  shao1989: 'Shao J, Wu CFJ. A general theory for jackknife variance estimation. Ann Stat 17(3):1176–1197, 1989.',
  schuirmann1987: 'Schuirmann DJ. A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability. J Pharmacokinet Biopharm 15(6):657–680, 1987.',
  breiman2001: 'Breiman L. Random forests. Mach Learn 45:5–32, 2001.',
} as const;

export type CitationId = keyof typeof citations;

/** `[1, 2]` for the sources named, numbered in order of use. */
export type Cite = (...ids: readonly CitationId[]) => string;

/** The numbering of one text, and the list that belongs below it once the text is made. */
export function numberedCitations(): Readonly<{ cite: Cite; list: () => Html }> {
  const used: CitationId[] = [];
  const numberOf = (id: CitationId): number => {
    if (!used.includes(id)) used.push(id);
    return used.indexOf(id) + 1;
  };
  return {
    cite: (...ids) => `[${ids.map(numberOf).join(', ')}]`,
    list: () => html`<ol class="references">${used.map((id) => html`<li>${citations[id]}</li>`)}</ol>`,
  };
}
