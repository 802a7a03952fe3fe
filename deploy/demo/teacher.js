// A drawn teacher in front of a drawn room: blinks, speaks with the sound's loudness, nods and points.
const SKIN = "#c98f6b";
const SHADE = "#b57c59";
const HAIR = "#3b2a25";
const SHIRT = "#2f6f86";

function ellipse(context, x, y, rx, ry, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  context.fill();
}

function room(context) {
  context.fillStyle = "#e9e3d6";
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = "#d8d0bf";
  context.fillRect(0, 290, 640, 70);
  context.fillStyle = "#f7f4ec";
  context.fillRect(36, 40, 128, 150); // a window
  context.fillStyle = "#b9d7e4";
  context.fillRect(46, 50, 50, 130);
  context.fillRect(104, 50, 50, 130);
  context.fillStyle = "#8a7358"; // a shelf with books
  context.fillRect(470, 150, 150, 8);
  ["#7c4b3f", "#3f6f5f", "#c0a14a", "#4a5c86", "#8d5a74"].forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect(482 + i * 24, 92 + (i % 3) * 6, 18, 58 - (i % 3) * 6);
  });
}

function arm(context, t) {
  const lift = Math.max(0, Math.sin(t * 0.9)) ** 3; // raises the hand now and then
  const hand = { x: 452 + 26 * lift, y: 330 - 95 * lift };
  context.strokeStyle = SHIRT;
  context.lineWidth = 34;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(392, 300);
  context.quadraticCurveTo(446, 336 - 30 * lift, hand.x, hand.y);
  context.stroke();
  ellipse(context, hand.x + 4, hand.y - 8, 17, 19, SKIN);
}

function face(context, t, loudness) {
  const blinks = t % 3.7 < 0.16;
  ellipse(context, 320, 118, 74, 78, HAIR);
  ellipse(context, 320, 138, 58, 70, SKIN);
  ellipse(context, 262, 142, 10, 15, SHADE);
  ellipse(context, 378, 142, 10, 15, SHADE);
  context.fillStyle = HAIR; // a fringe, parted on the side
  context.beginPath();
  context.moveTo(258, 134);
  context.bezierCurveTo(254, 50, 386, 46, 382, 132);
  context.bezierCurveTo(374, 104, 352, 96, 336, 88);
  context.bezierCurveTo(318, 104, 276, 104, 258, 134);
  context.fill();
  for (const x of [297, 343]) {
    if (blinks) {
      context.fillStyle = SHADE;
      context.fillRect(x - 9, 134, 18, 3);
    } else {
      ellipse(context, x, 135, 8, 9, "#fff");
      ellipse(context, x + 1.5 * Math.sin(t * 0.7), 136, 4.5, 5, "#22303a");
    }
    context.strokeStyle = HAIR;
    context.lineWidth = 4;
    context.beginPath();
    context.arc(x, 132, 14, 1.2 * Math.PI, 1.8 * Math.PI);
    context.stroke();
  }
  context.strokeStyle = SHADE;
  context.lineWidth = 4;
  context.beginPath();
  context.moveTo(320, 142);
  context.quadraticCurveTo(328, 160, 316, 161);
  context.stroke();
  const open = 3 + 15 * loudness;
  ellipse(context, 320, 181, 19 - 5 * loudness, open, "#7a2e2e");
  if (open > 9) ellipse(context, 320, 181 + open * 0.45, 9, open * 0.35, "#c96a64");
}

/** Draw the picture of the camera at `t` seconds, the voice being so loud (0 to 1). */
export function drawTeacher(context, t, loudness) {
  room(context);
  context.save();
  context.translate(3 * Math.sin(t * 0.8), 2 * Math.sin(t * 1.7) + 2 * loudness);
  context.fillStyle = SHIRT;
  context.beginPath();
  context.moveTo(196, 360);
  context.quadraticCurveTo(206, 246, 286, 232);
  context.lineTo(354, 232);
  context.quadraticCurveTo(434, 246, 444, 360);
  context.fill();
  context.fillStyle = SHADE;
  context.fillRect(298, 192, 44, 46);
  ellipse(context, 320, 238, 30, 14, SKIN);
  context.translate(0, 1.5 * Math.sin(t * 2.3));
  face(context, t, loudness);
  context.restore();
  arm(context, t);
}
