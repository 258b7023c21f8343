// What every page has. Each module does nothing where the page lacks what it is for.
import './copy.js';
import './keys.js';
import './compare.js';
import './post.js';
import './gone.js';
import './run.js';
import './scale.js';
import './zoom.js';
import { start } from './grid.js';

start();
