// Runs in the reader's browser, bundled with NiiVue into one script: two canvases of one person, linked.
import { DRAG_MODE, Niivue, NVImage, SLICE_TYPE } from '@niivue/niivue';

/** Everything that NiiVue could do with other files or faces is off: slices of what the page holds, nothing else. */
const options = {
  backColor: [0, 0, 0, 1],
  crosshairColor: [0.95, 0.75, 0.1, 0.9],
  crosshairWidth: 1,
  isColorbar: false,
  isCornerOrientationText: true,
  isRadiologicalConvention: false,
  isResizeCanvas: true,
  loadingText: '',
  logLevel: 'error',
  multiplanarShowRender: 0,
  dragMode: DRAG_MODE.pan,
  dragAndDropEnabled: false,
  sliceType: SLICE_TYPE.MULTIPLANAR,
  isNearestInterpolation: false,
};

async function view(id, data) {
  const canvas = document.getElementById(id);
  const viewer = new Niivue(options);
  await viewer.attachToCanvas(canvas);
  viewer.setSliceType(SLICE_TYPE.MULTIPLANAR);
  const bytes = Uint8Array.from(atob(data.image), (character) => character.charCodeAt(0));
  viewer.addVolume(await NVImage.new(bytes.buffer, `${id}.nii`, 'gray', 1, null, data.low, data.high));
  return viewer;
}

async function show() {
  const data = JSON.parse(document.getElementById('images').textContent);
  const [before, after] = [await view('before', { ...data, image: data.before }), await view('after', { ...data, image: data.after })];
  before.broadcastTo([after], { '2d': true, '3d': false });
  after.broadcastTo([before], { '2d': true, '3d': false });
  const where = document.getElementById('values');
  const tell = () => {
    const at = before.frac2vox(before.scene.crosshairPos);
    const of = (viewer) => viewer.volumes[0].getValue(at[0], at[1], at[2]).toFixed(3);
    where.textContent = `before ${of(before)}, after ${of(after)}`;
  };
  before.onLocationChange = tell;
  after.onLocationChange = tell;
  tell();
  document.body.dataset.state = 'shown';
}

show().catch((error) => {
  document.body.dataset.state = 'failed';
  document.getElementById('values').textContent = `The images could not be shown: ${error.message}. The viewer needs WebGL 2.`;
});
